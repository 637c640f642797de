#include "server/app/pipeline.h"

#include <spdlog/spdlog.h>

#include <thread>

#include "feedhandlers/hkex/live_feed.h"
#include "feedhandlers/session/tcp_feed.h"
#include "feedhandlers/sse/live_feed.h"
#include "feedhandlers/szse/live_feed.h"
#include "server/app/control_feed.h"
#include "server/app/thread_table.h"

namespace indexcast::server {

namespace {

// Records of the event ring: an index changes its status about ten times a day, and an interrupted
// feed changes the flags of all indices twice. 3 MiB at least.
std::size_t event_ring_capacity(const Universe& universe) {
  return std::max<std::size_t>(1 << 14, 32 * universe.indices().size());
}

// With one_core one thread spins: the core's.
IdleMode publish_idle(const CoreSettings& core) {
  const bool yields = core.topology == Topology::one_core && core.idle == IdleMode::spin;
  return yields ? IdleMode::backoff : core.idle;
}

ZmqPublisher::Grids grids_of(const Config& config) {
  return {.levels_ns = config.core.grid_ms * kNsPerMs,
          .inavs_ns = config.zmq.inav_grid_s * kNsPerSecond};
}

// The log and the journal may wait, so a busy core wakes their threads this often at most.
constexpr std::int64_t kLogPaceNs = 10 * kNsPerMs;
constexpr std::int64_t kJournalPaceNs = kNsPerMs;

// A thread whose idle strategy is the configuration's.
AgentThread::Options options_of(const ThreadRow& row, IdleMode idle, const Config& config) {
  return {.name = std::string(row.name),
          .idle = idle,
          .spin_ns = config.core.spin_us * kNsPerUs,
          .processor = processor_of(row, config.threads)};
}

// A thread that never spins.
AgentThread::Options blocking(const ThreadRow& row, const Config& config, std::int64_t pace_ns) {
  return {.name = std::string(row.name),
          .idle = IdleMode::block,
          .spin_ns = 0,
          .processor = processor_of(row, config.threads),
          .pace_ns = pace_ns};
}

}  // namespace

unsigned spinning_threads(const Config& config) {
  if (config.core.idle != IdleMode::spin) return 0;
  if (config.core.topology == Topology::one_core) return 1;
  const unsigned feeds =
      unsigned{config.sse_enabled} + unsigned{config.szse_enabled} + unsigned{config.hkex_enabled};
  return feeds + 1 + unsigned{config.zmq.enabled};
}

Pipeline::Pipeline(const Config& config, std::shared_ptr<const Universe> universe, Date trade_date,
                   ZmqSocket* publish, const ServiceState& service, Clock clock)
    : clock_(std::move(clock)),
      universe_(std::move(universe)),
      definition_sets_(universe_),
      ring_(config.core.broadcast_ring),
      event_ring_(event_ring_capacity(*universe_)),
      latest_(universe_->indices().size()),
      sink_(ring_, event_ring_, latest_, clock_),
      engine_settings_(engine_settings(config, trade_date)),
      core_thread_(options_of(thread_row("core"), config.core.idle, config), clock_),
      publish_thread_(options_of(thread_row("publish"), publish_idle(config.core), config), clock_),
      journal_thread_(blocking(thread_row("journal"), config, kJournalPaceNs), clock_),
      aux_thread_(blocking(thread_row("aux"), config, kLogPaceNs), clock_) {
  engines_[0] = std::make_unique<Engine>(*universe_, engine_settings_, sink_, core_counters_);
  view_.universe = universe_.get();
  view_.definition_sets = &definition_sets_;
  view_.ring = &ring_;
  view_.event_ring = &event_ring_;
  view_.latest = &latest_;
  view_.core = &core_counters_;
  view_.service = &service;
  view_.clock = clock_;
  view_.epoch = static_cast<std::uint64_t>(clock_.now().ns);
  view_.trade_date = trade_date;
  view_.grid_ms = config.core.grid_ms;
  view_.colours = kColourNames[static_cast<std::size_t>(config.display.colours)];
  view_.core_turns = &core_turns_;
  view_.readers = &readers_;
  view_.short_heartbeat_ms = config.core.short_heartbeat_ms;
  opening_ = opening_events(config, *universe_, trade_date, clock_.now());
  open_journal(config.journal);
  sequencer_ =
      std::make_unique<Sequencer>(*engines_[0], journal_.get(), config.core.timer_ms * kNsPerMs);
  open_feeds(config);
  if (publish != nullptr)
    zmq_ = std::make_unique<ZmqPublisher>(*publish, grids_of(config), view_, clock_);
  assign_threads(config);
}

void Pipeline::open_journal(const JournalSettings& settings) {
  if (!settings.enabled) return;
  const JournalHeader header = header_of(*universe_, engine_settings_, view_.epoch);
  journal_ = std::make_unique<JournalWriter>(settings.directory, header, settings.ring);
}

void Pipeline::open_feeds(const Config& config) {
  sequencer_->add_ring(control_port_.ring());
  add_tcp_feeds(config);
  if (config.hkex_enabled) add_hkex_feed(config);
  add_fx_sources(config);
}

void Pipeline::add_tcp_feeds(const Config& config) {
  if (config.sse_enabled) {
    auto sink = std::make_unique<FeedRingSink>(config.core.feed_ring);
    sse_symbols_ = std::make_unique<feed::SymbolTable>(*universe_, feed::Venue::sse);
    sse::Settings settings = config.sse;
    settings.trade_date = view_.trade_date;
    auto feed = std::make_unique<sse::LiveFeed>(settings, *sse_symbols_, *sink, view_.epoch);
    feed::FeedCounters& counters = feed->counters();
    add_feed(config, std::move(sink), std::move(feed), counters);
  }
  if (config.szse_enabled) {
    auto sink = std::make_unique<FeedRingSink>(config.core.feed_ring);
    szse_symbols_ =
        std::make_unique<feed::SymbolTable>(szse::make_symbols(config.szse, *universe_));
    szse::Settings settings = config.szse;
    settings.trade_date = view_.trade_date;
    auto feed = std::make_unique<szse::LiveFeed>(settings, *szse_symbols_, *sink, view_.epoch);
    feed::FeedCounters& counters = feed->counters();
    add_feed(config, std::move(sink), std::move(feed), counters);
  }
}

void Pipeline::add_hkex_feed(const Config& config) {
  auto sink = std::make_unique<FeedRingSink>(config.core.feed_ring);
  hkex_symbols_ = std::make_unique<feed::SymbolTable>(*universe_, feed::Venue::hkex);
  auto feed = std::make_unique<hkex::LiveFeed>(config.hkex, *hkex_symbols_, *sink, view_.epoch);
  if (feed->receive_buffer_bytes() < config.hkex.receive_buffer_bytes) {
    spdlog::warn(
        "hkex: the kernel grants a receive buffer of {} bytes instead of {}: raise "
        "net.core.rmem_max",
        feed->receive_buffer_bytes(), config.hkex.receive_buffer_bytes);
  }
  feed::FeedCounters& counters = feed->counters();
  add_feed(config, std::move(sink), std::move(feed), counters);
}

void Pipeline::add_feed(const Config& config, std::unique_ptr<FeedRingSink> sink,
                        std::unique_ptr<feed::Feed> feed, feed::FeedCounters& counters) {
  // On one thread a full ring is emptied by the core itself; on several the core is woken and given
  // the processor.
  if (config.core.topology == Topology::one_core) {
    sink->attach(counters, [this] { sequencer_->poll(core_thread_.drained_until()); });
  } else {
    sink->attach(counters, [this] {
      core_thread_.waker().wake();
      std::this_thread::yield();
    });
  }
  sequencer_->add_ring(sink->ring());
  view_.feeds.push_back(feed.get());
  view_.feed_rings.push_back(&sink->ring());
  view_.feed_channels.push_back(&sink->channels());
  const feed::Venue venue = feed->venue();
  feed_days_.push_back(std::make_unique<FeedDay>(
      venue, feed_due_from(config.day.of(venue), view_.trade_date), core_counters_));
  view_.feed_days.push_back(feed_days_.back().get());
  feed_sinks_.push_back(std::move(sink));
  feeds_.push_back(std::move(feed));
}

void Pipeline::add_fx_sources(const Config& config) {
  for (const FxSettings& fx : config.fx) {
    const SeriesId series = universe_->find_series(fx.series);
    if (series == universe_->series().size()) {
      spdlog::warn("{}: no index uses the FX series {}", config.source, fx.series);
      continue;
    }
    for (std::uint32_t rank = 0; rank < fx.sources.size(); ++rank) add_fx_source(fx, rank, series);
  }
  sequencer_->add_ring(fx_ring_);
}

void Pipeline::add_fx_source(const FxSettings& fx, std::uint32_t rank, SeriesId series) {
  const auto add = [this](auto source) {
    view_.fx_sources.push_back(&source->stats());
    aux_thread_.add(*source);
    agents_.push_back(std::move(source));
  };
  if (is_endpoint(fx.sources[rank])) {
    add(std::make_unique<FxSubscriber>(fx, rank, series, fx_ring_, core_thread_.waker(), clock_));
  } else {
    add(std::make_unique<FxFile>(fx, rank, series, fx_ring_, core_thread_.waker(), clock_));
  }
}

void Pipeline::assign_threads(const Config& config) {
  const bool one_core = config.core.topology == Topology::one_core;
  for (std::size_t i = 0; i < feeds_.size(); ++i) {
    const auto& feed = feeds_[i];
    agents_.push_back(std::make_unique<FeedAgent>(*feed, *feed_days_[i],
                                                  one_core ? nullptr : &core_thread_.waker()));
    if (one_core) {
      core_thread_.add(*agents_.back());
    } else {
      feed_threads_.push_back(std::make_unique<AgentThread>(
          options_of(thread_row(feed::name_of(feed->venue())), config.core.idle, config), clock_));
      feed_threads_.back()->add(*agents_.back());
      feed_threads_.back()->wake_on_input(core_thread_.waker());
    }
  }
  // Readers count a turn of the core between two short heartbeats as the sign that it runs.
  agents_.push_back(std::make_unique<CoreAgent>(
      CoreAgent::Parts{.sequencer = *sequencer_,
                       .thread = core_thread_,
                       .sink = sink_,
                       .readers = readers_,
                       .turns = core_turns_,
                       .journal = journal_.get(),
                       .journal_waker = &journal_thread_.waker(),
                       .longest_pause_ns = config.core.short_heartbeat_ms * kNsPerMs / 2}));
  core_thread_.add(*agents_.back());
  if (journal_) {
    agents_.push_back(std::make_unique<JournalAgent>(*journal_));
    journal_thread_.add(*agents_.back());
  }
  if (zmq_) {
    publish_thread_.add(*zmq_);
    readers_.add(publish_thread_.waker());
    if (one_core) core_thread_.wake_on_input(publish_thread_.waker());
  }
  agents_.push_back(std::make_unique<EventLog>(ring_, *universe_, feeds_));
  aux_thread_.add(*agents_.back());
  aux_thread_.add(clock_watch_);
  readers_.add(aux_thread_.waker());
}

absl::StatusOr<std::uint32_t> Pipeline::stage(std::shared_ptr<const Universe> next) {
  // The core has left every engine before the one in force.
  const std::uint32_t in_force = core_counters_.definition_set();
  engines_.erase(engines_.begin(), engines_.find(in_force));
  if (engines_.size() > kMaxStaged)
    return absl::ResourceExhaustedError(
        fmt::format("{} new definitions wait and none came into force: the next day can begin with "
                    "them",
                    kMaxStaged));
  const std::uint32_t definition_set = definition_sets_.add(next, in_force);
  EngineSettings settings = engine_settings_;
  settings.definition_set = definition_set;
  auto& engine = engines_[definition_set];
  engine = std::make_unique<Engine>(*next, settings, sink_, core_counters_);
  sequencer_->stage(engine.get());
  return definition_set;
}

void Pipeline::start() {
  if (journal_) journal_thread_.start();
  engines_[0]->start();
  for (const MarketEvent& event : opening_) sequencer_->admit(event);
  aux_thread_.start();
  if (zmq_) publish_thread_.start();
  core_thread_.start();
  for (const auto& thread : feed_threads_) thread->start();
}

void Pipeline::stop() {
  if (stopped_) return;
  stopped_ = true;
  const auto drain = [](AgentThread& thread, std::string_view name) {
    if (!thread.drain(kDrainNs))
      spdlog::error("{}: still busy after {} s; its remaining work is lost", name,
                    kDrainNs / kNsPerSecond);
  };
  for (const auto& thread : feed_threads_) thread->stop();
  drain(core_thread_, "core");
  sequencer_->finish();
  drain(journal_thread_, "journal");
  drain(publish_thread_, "publisher");
  drain(aux_thread_, "log");
  journal_.reset();
}

}  // namespace indexcast::server

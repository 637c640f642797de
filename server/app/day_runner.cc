#include "server/app/day_runner.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "server/app/day_definitions.h"
#include "server/app/thread_table.h"
#include "server/definitions/calendar_file.h"

namespace indexcast::server {
namespace {

constexpr std::int64_t kQueryDrainNs = 5 * kNsPerSecond;

void warn_of(const LoadedDay& day) {
  for (const std::string& warning : trading_day_warnings(day.config)) spdlog::warn(warning);
  if (!day.left_out.empty()) spdlog::error("left out of {}:\n{}", day.trade_date, day.left_out);
}

void log_end(const Pipeline& pipeline) {
  spdlog::info("published {} levels for {}",
               pipeline.view().core->get(CoreCounter::levels_published),
               pipeline.view().trade_date);
  const JournalWriter* journal = pipeline.journal();
  if (journal == nullptr) return;
  if (journal->failed())
    spdlog::error("{}: the disk refused a write, the journal is incomplete", journal->path());
  if (journal->left_out() > 0)
    spdlog::warn("{}: {} inputs were left out", journal->path(), journal->left_out());
}

// Whether the market of a feed that brings data is between its opening auction and its closing
// prices. A feed that brings none cannot hold back the next day.
bool trades(const ServerView& view, const feed::Feed& feed) {
  const MarketPhase phase = view.core->phase(feed::market_of(feed.venue()));
  const bool brings_data = feed.state() == FeedState::live || feed.state() == FeedState::gap ||
                           feed.state() == FeedState::recovering;
  return brings_data && phase != MarketPhase::pre_open && !is_over(phase);
}

void save_definition_list(const Pipeline& pipeline) {
  if (pipeline.journal() == nullptr) return;
  write_definition_list(definition_list_of(pipeline.journal()->path()), *pipeline.view().universe);
}

}  // namespace

DayRunner::DayRunner(Config config, DefinitionDirectory directory, LoadedDay first)
    : config_(std::move(config)),
      directory_(std::move(directory)),
      trade_date_(first.trade_date),
      zmq_(config_.zmq.enabled ? std::make_unique<ZmqSocket>(config_.zmq, config_.threads.zmq)
                               : nullptr) {
  if (!directory_.faults().empty()) spdlog::error("refused:\n{}", directory_.faults());
  warn_of(first);
  pipeline_ = std::make_unique<Pipeline>(first.config, std::move(first.universe), trade_date_,
                                         zmq_.get(), service_.state());
  save_definition_list(*pipeline_);
  if (config_.admin.enabled) open_admin(config_.admin);
  if (zmq_ && !config_.zmq.query.empty())
    query_ =
        std::make_unique<QueryServer>(config_.zmq, *zmq_, pipeline_->view(), pipeline_->clock());
  if (!config_.http.enabled) return;
  http_ = std::make_unique<HttpServer>(config_.http, pipeline_->view(), pipeline_->clock(),
                                       publishers(), services());
}

ServiceStats DayRunner::services() const {
  ServiceStats out;
  if (config_.admin.enabled) out.requests = &request_stats_;
  if (query_) out.questions = &query_->stats();
  if (zmq_) out.access = &zmq_->stats();
  return out;
}

void DayRunner::open_admin(const AdminSettings& settings) {
  absl::StatusOr<TokenOwners> owners = load_tokens(settings.tokens);
  if (!owners.ok()) throw std::runtime_error(std::string(owners.status().message()));
  audit_ = config_.journal.enabled ? std::make_unique<Audit>(Audit::path_in(
                                         config_.journal.directory, pipeline_->view().epoch))
                                   : std::make_unique<Audit>();
  StageDefinition stage;
  if (!config_.days.directory.empty())
    stage = [this](const std::string& code, std::uint32_t version) {
      return this->stage(code, version);
    };
  admin_ = std::make_unique<AdminServer>(
      settings,
      AdminParts{pipeline_->view(), pipeline_->control_port(), pipeline_->clock(),
                 *std::move(owners), *audit_, request_stats_, service_, std::move(stage)});
}

std::vector<const PublisherStats*> DayRunner::publishers() const {
  if (pipeline_->zmq() == nullptr) return {};
  return {&pipeline_->zmq()->stats()};
}

void DayRunner::start() {
  if (http_) http_->start(processor_of(thread_row("http"), config_.threads));
  pipeline_->start();
  if (query_) query_->start(processor_of(thread_row("query"), config_.threads));
  if (admin_) admin_->start(processor_of(thread_row("admin"), config_.threads));
}

void DayRunner::stop() {
  if (!pipeline_) return;
  // While the core still answers.
  if (admin_) admin_->stop();
  pipeline_->stop();
  if (query_ && !query_->drain(kQueryDrainNs))
    spdlog::error("query: requests are left unanswered after {} s", kQueryDrainNs / kNsPerSecond);
  if (http_) http_->stop();
  log_end(*pipeline_);
  http_.reset();
  query_.reset();
  admin_.reset();
  pipeline_.reset();
}

void DayRunner::look() {
  const std::lock_guard lock(mutex_);
  look_at_directory();
  const Date next = next_date(trade_date_, evidence(), config_.days.begin_at_ms, directory_.days());
  if (next != 0) begin(next);
}

DateEvidence DayRunner::evidence() const {
  const ServerView& view = pipeline_->view();
  DateEvidence out;
  out.receive = view.clock.now();
  out.wall = view.clock.published(out.receive);
  for (const feed::Feed* feed : view.feeds) {
    const feed::FeedCounters& counters = feed->counters();
    // A market whose stamps are of the running day outweighs the others.
    if (counters.stamped_date() != 0 && out.stamped != trade_date_)
      out.stamped = counters.stamped_date();
    out.heard |= counters.get(feed::FeedCounter::applied) > 0;
    out.trading |= trades(view, *feed);
  }
  return out;
}

void DayRunner::begin_next_day() {
  const std::lock_guard lock(mutex_);
  look_at_directory();
  const std::vector<Date> days = directory_.days();
  const auto next = std::ranges::upper_bound(days, trade_date_);
  if (next != days.end()) return begin(*next);
  spdlog::warn("no day after {} has a definition", trade_date_);
}

absl::StatusOr<StagedDefinitionSet> DayRunner::stage(const std::string& code,
                                                     std::uint32_t version) {
  // Whoever begins a day waits for the interface to end.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock())
    return absl::UnavailableError("the folder of definitions is being read: ask again");
  look_at_directory();
  const std::string head = directory_.head_of(trade_date_, code, version);
  if (head.empty())
    return absl::NotFoundError(fmt::format("no good version {} of {} for {} is in {}", version,
                                           code, trade_date_, config_.days.directory));
  absl::StatusOr<std::shared_ptr<const Universe>> next =
      next_definition_set(*pipeline_->definitions(), head);
  if (!next.ok()) return next.status();
  const absl::StatusOr<std::uint32_t> definition_set = pipeline_->stage(*next);
  if (!definition_set.ok()) return definition_set.status();
  if (absl::Status saved = save_staged(*definition_set, **next, code); !saved.ok()) return saved;
  return StagedDefinitionSet{*definition_set, definition_set_digest(**next)};
}

// Called before the definition set can be requested.
absl::Status DayRunner::save_staged(std::uint32_t definition_set, const Universe& definitions,
                                    const std::string& code) const {
  if (pipeline_->journal() == nullptr) return absl::OkStatus();
  return write_staged_definition(pipeline_->journal()->path(), definition_set,
                                 definitions.indices()[definitions.find_index(code)]);
}

void DayRunner::look_at_directory() {
  for (const std::string& path : directory_.look()) {
    const auto found = directory_.definitions().find(path);
    if (found == directory_.definitions().end()) {
      spdlog::info("{}: gone", path);
    } else if (found->second.status.ok()) {
      spdlog::info("{}: {} version {} for {} is good", path, found->second.code,
                   found->second.version, found->second.effective_date);
    } else {
      spdlog::error("refused:\n{}", std::string(found->second.status.message()));
    }
  }
}

void DayRunner::begin(Date date) {
  absl::StatusOr<LoadedDay> day = load_day(config_, directory_.newest_of(date), date);
  if (!day.ok()) {
    spdlog::error("{} cannot begin, {} goes on:\n{}", date, trade_date_,
                  std::string(day.status().message()));
    return;
  }
  warn_of(*day);
  std::unique_ptr<Pipeline> next;
  try {
    next = std::make_unique<Pipeline>(
        day->config, day->universe, date, zmq_.get(), service_.state(),
        pipeline_->clock().next_day({static_cast<std::int64_t>(pipeline_->view().epoch)}));
    save_definition_list(*next);
  } catch (const std::exception& error) {
    spdlog::error("{} cannot begin, {} goes on: {}", date, trade_date_, error.what());
    return;
  }
  replace(std::move(next));
  spdlog::info("serving {} indices for {}, epoch {}", day->universe->indices().size(), date,
               pipeline_->view().epoch);
}

void DayRunner::replace(std::unique_ptr<Pipeline> next) {
  const std::uint16_t admin_port = admin_ ? admin_->port() : 0;
  if (admin_) admin_->stop();
  pipeline_->stop();
  log_end(*pipeline_);
  admin_.reset();
  std::swap(pipeline_, next);
  trade_date_ = pipeline_->view().trade_date;
  pipeline_->start();
  if (query_) query_->switch_day(pipeline_->view(), pipeline_->clock());
  if (http_) http_->switch_day(pipeline_->view(), pipeline_->clock(), publishers());
  if (admin_port != 0) reopen_admin(admin_port);
}

// Its clients come with a connection for each request: to them it is the same one.
void DayRunner::reopen_admin(std::uint16_t port) {
  AdminSettings settings = config_.admin;
  settings.port = port;
  try {
    open_admin(settings);
    admin_->start(processor_of(thread_row("admin"), config_.threads));
  } catch (const std::exception& error) {
    spdlog::error("requests are not taken until the next day: {}", error.what());
  }
}

}  // namespace indexcast::server

#include "server/cli/replay.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "calc/sequencer.h"
#include "feedhandlers/capture/capture_replay.h"
#include "server/cli/exit_code.h"
#include "server/journal/journal_file.h"
#include "server/journal/journal_reader.h"
#include "server/pipeline/control_feed.h"
#include "server/pipeline/handler_set.h"
#include "server/pipeline/pipeline.h"

namespace indexcast::server {
namespace {

// A capture's events are in order already, so they go straight into the sequencer.
class DirectSink final : public feed::EventSink {
 public:
  explicit DirectSink(Sequencer& sequencer) : sequencer_(&sequencer) {}
  void push(const MarketEvent& event) override { sequencer_->admit_in_time(event); }

 private:
  Sequencer* sequencer_;
};

EngineSettings settings_of(const JournalHeader& header) {
  EngineSettings settings;
  settings.trade_date = header.trade_date;
  settings.open_deadline_ms = header.open_deadline_ms;
  settings.close_deadline_ns = header.close_deadline_ns;
  settings.quotable_live_bp = static_cast<std::uint16_t>(header.quotable_live_bp);
  settings.pending_wait_ns = header.pending_wait_s * kNsPerSecond;
  return settings;
}

class StopWatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Reports holes and a cut end; what was good before them has been replayed.
int feed_journal(JournalReader& reader, Sequencer& sequencer) {
  JournalRecord record;
  JournalReader::Result result;
  std::uint64_t expected = 1;
  int exit_code = kExitOk;
  for (; (result = reader.next(record)) == JournalReader::Result::record;
       expected = record.input_sequence + 1) {
    if (record.input_sequence != expected) {
      fmt::print(stderr, "{}:{}: inputs {} to {} were not journaled\n", reader.path(),
                 reader.offset(), expected, record.input_sequence - 1);
      exit_code = kExitIncomplete;
    }
    sequencer.admit(record.event);
  }
  if (result == JournalReader::Result::end) return exit_code;
  fmt::print(stderr, "{}:{}: {}\n", reader.path(), reader.offset(),
             result == JournalReader::Result::torn ? "the file ends inside a record"
                                                   : "a record's checksum is wrong");
  return kExitIncomplete;
}

int replay_journal(const ReplayOptions& options, const Universe& universe) {
  absl::StatusOr<JournalReader> reader = JournalReader::open(options.from_journal);
  if (!reader.ok()) {
    fmt::print(stderr, "{}\n", std::string(reader.status().message()));
    return kExitInput;
  }
  if (reader->header().universe_digest != digest_of(universe)) {
    fmt::print(stderr, "{}:0: was written under other definitions than those of {}\n",
               reader->path(), options.config.source);
    return kExitInput;
  }
  const StopWatch watch;
  LevelFile output(options.output, options.format, universe, reader->header().epoch);
  CoreCounters counters;
  Engine engine(universe, settings_of(reader->header()), output, counters);
  Sequencer sequencer(engine, nullptr, kNsPerSecond);
  engine.start();
  const int exit_code = feed_journal(*reader, sequencer);
  output.finish();
  fmt::print(stderr, "inputs {}, levels {}, {:.3f} s\n", sequencer.input_sequence(),
             output.levels(), watch.seconds());
  return exit_code;
}

void print_feed(std::string_view name, const feed::FeedCounters* counters) {
  if (counters == nullptr) return;
  std::string line = fmt::format("{}:", name);
  for (std::size_t i = 0; i < feed::kFeedCounterCount; ++i) {
    const std::uint64_t value = counters->get(static_cast<feed::FeedCounter>(i));
    if (value != 0) line += fmt::format(" {} {}", feed::kFeedCounterNames[i], value);
  }
  fmt::print(stderr, "{}\n", line);
}

int report_faults(const feed::CaptureSource& source) {
  for (const std::string& fault : source.faults()) fmt::print(stderr, "{}\n", fault);
  return source.faults().empty() && source.counts().malformed() == 0 ? kExitOk : kExitIncomplete;
}

// Epoch 0 in name and header, so that the same captures give the same bytes.
std::unique_ptr<JournalFile> open_journal(const ReplayOptions& options, const Universe& universe,
                                          const EngineSettings& settings) {
  if (options.journal.empty()) return nullptr;
  return std::make_unique<JournalFile>(options.journal, header_of(universe, settings, 0));
}

void finish(JournalFile& journal) {
  journal.flush();
  if (journal.failed()) throw std::runtime_error(journal.path() + ": the disk refused a write");
}

int replay_captures(const ReplayOptions& options, const Universe& universe, Date trade_date) {
  const StopWatch watch;
  absl::StatusOr<feed::CaptureSource> source = feed::CaptureSource::open(options.captures);
  if (!source.ok()) {
    fmt::print(stderr, "{}\n", std::string(source.status().message()));
    return kExitInput;
  }
  LevelFile output(options.output, options.format, universe, 0);
  CoreCounters counters;
  const EngineSettings settings = engine_settings(options.config, trade_date);
  const std::unique_ptr<JournalFile> journal = open_journal(options, universe, settings);
  Engine engine(universe, settings, output, counters);
  Sequencer sequencer(engine, journal.get(), options.config.core.timer_ms * kNsPerMs);
  DirectSink sink(sequencer);
  HandlerSet handlers(options.config, universe, sink);
  feed::CaptureReplay replay(*std::move(source), handlers.routes(options.config));
  engine.start();
  // Without a receive time: the capture's clock begins with its first packet.
  for (const MarketEvent& event : opening_events(options.config, universe, trade_date, {}))
    sequencer.admit(event);
  while (replay.step()) {
  }
  output.finish();
  if (journal) finish(*journal);
  for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
    print_feed(feed::kVenueNames[i], handlers.counters(static_cast<feed::Venue>(i)));
  }
  fmt::print(stderr, "inputs {}, levels {}, {:.3f} s\n", sequencer.input_sequence(),
             output.levels(), watch.seconds());
  return report_faults(replay.source());
}

}  // namespace

int run_replay(const ReplayOptions& options, const Universe& universe, Date trade_date) {
  return options.from_journal.empty() ? replay_captures(options, universe, trade_date)
                                      : replay_journal(options, universe);
}

}  // namespace indexcast::server

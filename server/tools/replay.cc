#include "server/tools/replay.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <stdexcept>

#include "calc/sequencer.h"
#include "feedhandlers/capture/capture_replay.h"
#include "server/app/control_feed.h"
#include "server/app/event_log.h"
#include "server/app/handler_set.h"
#include "server/app/loaded_day.h"
#include "server/journal/journal_file.h"
#include "server/settings/exit_code.h"
#include "server/tools/commands.h"
#include "server/tools/stop_watch.h"

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

// Writes levels into the file, and the messages for operators into the log.
class ReplaySink final : public RecordSink {
 public:
  ReplaySink(LevelFile& levels, const Universe& universe) : levels_(&levels), log_(universe) {}
  void write(LevelUpdate& update) override { levels_->write(update); }
  void write(const Record& record) override {
    levels_->write(record);
    log_.write(record);
  }
  std::uint64_t alarms() const { return log_.alarms(); }

 private:
  LevelFile* levels_;
  OperatorLog log_;
};

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
  ReplaySink record_sink(output, universe);
  Engine engine(universe, settings, record_sink, counters);
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
  fmt::print(stderr, "inputs {}, levels {}, alarms {}, {:.3f} s\n", sequencer.input_sequence(),
             output.levels(), record_sink.alarms(), watch.seconds());
  return report_faults(replay.source());
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "replay", "captures or a journal through the same pipeline, at full speed");
  const auto path = std::make_shared<std::string>();
  const auto options = std::make_shared<ReplayOptions>();
  const std::map<std::string, LevelFormat> formats{{"jsonl", LevelFormat::jsonl},
                                                   {"csv", LevelFormat::csv}};
  add_config_option(*command, *path);
  CLI::Option* journal = command->add_option("--from-journal", options->from_journal,
                                             "directory of a journal, or its file");
  command->add_option("CAPTURE", options->captures, "pcap or pcapng files")
      ->excludes(journal)
      ->check(CLI::ExistingFile);
  command
      ->add_option("--journal", options->journal, "directory for a journal of the captures' inputs")
      ->excludes(journal);
  const auto date = std::make_shared<Date>(0);
  add_date_option(*command, *date);
  command->add_option("--output", options->output, "file for every published level");
  command->add_option("--format", options->format, "jsonl or csv")
      ->transform(CLI::CheckedTransformer(formats));
  command->callback([=, &exit_code] {
    exit_code = [&] {
      if (options->from_journal.empty() && options->captures.empty()) {
        fmt::print(stderr, "replay: name a capture or --from-journal\n");
        return kExitUsage;
      }
      std::optional<ConfiguredDay> loaded =
          load_configured_day(*path, *date, options->from_journal);
      if (!loaded) return kExitConfig;
      options->config = loaded->day.config;
      return options->from_journal.empty()
                 ? replay_captures(*options, *loaded->day.universe, loaded->day.trade_date)
                 : replay_journal(*options, *loaded->day.universe);
    }();
  });
}

}  // namespace indexcast::server

#include "server/tools/replay.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <map>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "calc/sequencer.h"
#include "feedhandlers/capture/capture_replay.h"
#include "server/app/control_feed.h"
#include "server/app/event_log.h"
#include "server/app/handler_set.h"
#include "server/app/loaded_day.h"
#include "server/journal/journal_file.h"
#include "server/settings/exit_code.h"
#include "server/tools/commands.h"
#include "server/view/enum_names.h"

namespace indexcast::server {

namespace {

constexpr std::string_view kCsvHeader =
    "code,index_sequence,input_sequence,status,flags,quotable,level,open,high,low,close,turnover,"
    "cause,cause_symbol,"
    "exchange_time,receive_time\n";

void append_csv(JsonBuffer& out, const v1::Level& level) {
  const auto decimals = static_cast<int>(level.decimals());
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{}", level.code(), level.index_sequence(),
                 level.input_sequence(), name_of(kIndexStatusNames, level.status()), level.flags(),
                 level.quotable() ? 1 : 0);
  for (const std::int64_t value :
       {level.level(), level.open(), level.high(), level.low(), level.close()}) {
    out.push_back(',');
    append_decimal(out, value, decimals);
  }
  out.push_back(',');
  append_decimal(out, level.turnover(), 4);
  fmt::format_to(std::back_inserter(out), ",{},{},{},{}", name_of(kCauseNames, level.cause()),
                 level.cause_symbol(), level.exchange_time(), level.receive_time());
}

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

// Passes events directly to the sequencer, because a capture's events are already in order.
class DirectSink final : public feed::EventSink {
 public:
  explicit DirectSink(Sequencer& sequencer) : sequencer_(&sequencer) {}
  void push(const MarketEvent& event) override { sequencer_->admit_in_time(event); }

 private:
  Sequencer* sequencer_;
};

// Writes levels into the file and operators' messages into the log.
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

// Creates the journal with epoch 0, so that the same captures give the same bytes.
std::unique_ptr<JournalFile> open_journal(const ReplayOptions& options, const Universe& universe,
                                          const EngineSettings& settings) {
  if (options.journal.empty()) return nullptr;
  return std::make_unique<JournalFile>(options.journal, header_of(universe, settings, 0));
}

void finish(JournalFile& journal) {
  journal.flush();
  if (journal.failed()) throw std::runtime_error(journal.path() + ": cannot be written");
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
  // Opening events have no receive time, because the capture's clock starts with its first packet.
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

LevelFile::LevelFile(const std::string& path, LevelFormat format, const Universe& universe,
                     std::uint64_t epoch)
    : path_(path), format_(format), encoder_(universe, epoch) {
  if (path_.empty()) return;
  file_.reset(std::fopen(path_.c_str(), "wb"));
  if (!file_) fail(path_);
  if (format_ == LevelFormat::csv)
    std::fwrite(kCsvHeader.data(), 1, kCsvHeader.size(), file_.get());
}

void LevelFile::write(LevelUpdate& update) {
  ++records_;
  ++levels_;
  if (file_) write_line(update);
}

void LevelFile::write_line(const LevelUpdate& update) {
  line_.clear();
  const v1::Level& level = encoder_.message(update, records_, TimeNs{});
  if (format_ == LevelFormat::csv) {
    append_csv(line_, level);
  } else {
    append_level_json(line_, level, "");
  }
  line_.push_back('\n');
  std::fwrite(line_.data(), 1, line_.size(), file_.get());
}

void LevelFile::finish() {
  if (file_ && (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0)) fail(path_);
}

void add_replay(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("replay", "run captures or a journal through the pipeline at full speed");
  const auto path = std::make_shared<std::string>();
  const auto options = std::make_shared<ReplayOptions>();
  const std::map<std::string, LevelFormat> formats{{"jsonl", LevelFormat::jsonl},
                                                   {"csv", LevelFormat::csv}};
  add_config_option(*command, *path);
  CLI::Option* journal = command->add_option("--from-journal", options->from_journal,
                                             "journal file, or the directory of one");
  command->add_option("CAPTURE", options->captures, "pcap or pcapng files")
      ->excludes(journal)
      ->check(CLI::ExistingFile);
  command
      ->add_option("--journal", options->journal,
                   "write the inputs of the captures as a journal into this directory")
      ->excludes(journal);
  const auto date = std::make_shared<Date>(0);
  add_date_option(*command, *date);
  command->add_option("--output", options->output, "write every published level into this file");
  command->add_option("--format", options->format, "jsonl or csv")
      ->transform(CLI::CheckedTransformer(formats));
  command->callback([=, &exit_code] {
    exit_code = [&] {
      if (options->from_journal.empty() && options->captures.empty()) {
        fmt::print(stderr, "replay: a capture or --from-journal is required\n");
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

#include <absl/status/status.h>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <vector>

#include "calc/control.h"
#include "calc/sequencer.h"
#include "server/app/day_definitions.h"
#include "server/journal/journal_file.h"
#include "server/settings/exit_code.h"
#include "server/tools/replay.h"

namespace indexcast::server {
namespace {

EngineSettings settings_of(const JournalHeader& header) {
  EngineSettings settings;
  settings.trade_date = header.trade_date;
  settings.open_deadline_ms = header.open_deadline_ms;
  settings.close_deadline_ns = header.close_deadline_ns;
  settings.quotable_live_bp = static_cast<std::uint16_t>(header.quotable_live_bp);
  settings.pending_wait_ns = header.pending_wait_s * kNsPerSecond;
  return settings;
}

bool is_activation(const MarketEvent& event) {
  return event.kind == EventKind::control &&
         event.detail == static_cast<std::uint8_t>(ControlOp::activate);
}

// Runs the engine and the sequencer over a journal's inputs, activations included.
class Rerun {
 public:
  Rerun(const Universe& universe, const JournalReader& journal, RecordSink& output)
      : journal_(journal.path()), settings_(settings_of(journal.header())), output_(&output) {
    engines_[0] = std::make_unique<Engine>(universe, settings_, *output_, counters_);
    sequencer_ = std::make_unique<Sequencer>(*engines_[0], nullptr, kNsPerSecond);
    engines_[0]->start();
  }

  // Applies one input. Stages the definition of an activation first, and returns an error if its
  // file cannot be used.
  absl::Status admit(const MarketEvent& event) {
    if (is_activation(event)) {
      if (absl::Status status = stage(event); !status.ok()) return status;
    }
    sequencer_->admit(event);
    return absl::OkStatus();
  }
  void finish() { sequencer_->finish(); }
  std::uint64_t inputs() const { return sequencer_->input_sequence(); }

 private:
  absl::Status stage(const MarketEvent& request) {
    const Universe& before = engines_[counters_.definition_set()]->universe();
    if (request.instrument >= before.indices().size()) return absl::OkStatus();
    const auto definition_set = static_cast<std::uint32_t>(request.value[1]);
    const std::string head = staged_definition_path(journal_, definition_set);
    auto next = next_definition_set(before, head);
    if (!next.ok()) return next.status();
    if (definition_set_digest(**next) != request.value[2])
      return absl::FailedPreconditionError(head +
                                           ":0: differs from the definition that was activated");
    EngineSettings settings = settings_;
    settings.definition_set = definition_set;
    const auto& universe = universes_.emplace_back(*std::move(next));
    std::unique_ptr<Engine>& engine = engines_[definition_set];
    engine = std::make_unique<Engine>(*universe, settings, *output_, counters_);
    sequencer_->stage(engine.get());
    return absl::OkStatus();
  }

  std::string journal_;
  EngineSettings settings_;
  RecordSink* output_;
  CoreCounters counters_;
  std::vector<std::shared_ptr<const Universe>> universes_;
  // Engines by definition set number. A set that was never requested has no engine.
  std::map<std::uint32_t, std::unique_ptr<Engine>> engines_;
  std::unique_ptr<Sequencer> sequencer_;
};

// Replays all intact records. Reports gaps in the input sequence and a damaged end.
int feed_journal(JournalReader& reader, Rerun& rerun) {
  JournalRecord record;
  JournalReader::Result result;
  std::uint64_t expected = 1;
  int exit_code = kExitOk;
  for (; (result = reader.next(record)) == JournalReader::Result::record;
       expected = record.input_sequence + 1) {
    if (record.input_sequence != expected) {
      fmt::print(stderr, "{}:{}: inputs {} to {} are missing\n", reader.path(), reader.offset(),
                 expected, record.input_sequence - 1);
      exit_code = kExitIncomplete;
    }
    if (const absl::Status status = rerun.admit(record.event); !status.ok()) {
      fmt::print(stderr, "{}:{}: {}\n", reader.path(), reader.offset(),
                 std::string(status.message()));
      return kExitInput;
    }
  }
  if (result == JournalReader::Result::end) return exit_code;
  fmt::print(stderr, "{}:{}: {}\n", reader.path(), reader.offset(),
             result == JournalReader::Result::torn ? "the file ends inside a record"
                                                   : "wrong checksum of a record");
  return kExitIncomplete;
}

}  // namespace

int replay_journal(const ReplayOptions& options, const Universe& universe) {
  absl::StatusOr<JournalReader> reader = JournalReader::open(options.from_journal);
  if (!reader.ok()) {
    fmt::print(stderr, "{}\n", std::string(reader.status().message()));
    return kExitInput;
  }
  if (reader->header().universe_digest != digest_of(universe)) {
    fmt::print(stderr, "{}:0: the journal was written with other definitions than those of {}\n",
               reader->path(), options.config.source);
    return kExitInput;
  }
  const StopWatch watch;
  LevelFile output(options.output, options.format, universe, reader->header().epoch);
  Rerun rerun(universe, *reader, output);
  const int exit_code = feed_journal(*reader, rerun);
  rerun.finish();
  output.finish();
  fmt::print(stderr, "inputs {}, levels {}, {:.3f} s\n", rerun.inputs(), output.levels(),
             watch.seconds());
  return exit_code;
}

}  // namespace indexcast::server

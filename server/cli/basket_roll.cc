#include "server/cli/basket_roll.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "calc/decimal.h"
#include "server/cli/basket_text.h"
#include "server/cli/exit_code.h"
#include "server/cli/roll_report.h"
#include "server/config/actions_file.h"
#include "server/config/closes_file.h"
#include "server/config/codec.h"
#include "server/config/definition_file.h"
#include "server/config/definition_writer.h"

namespace indexcast::server {
namespace {

// Where a fault of the command line is said to stand.
constexpr std::string_view kCommand = "basket roll";

class RollCommand {
 public:
  explicit RollCommand(const BasketRollOptions& options) : options_(options) {}

  int run(std::ostream& out, std::ostream& err) {
    read();
    std::optional<Roll> roll;
    if (code_ != kExitConfig) roll = compute();
    if (!faults_.empty()) {
      err << faults_.status().message() << '\n';
      return code_;
    }
    return write(*roll, out, err);
  }

 private:
  // The gravest of what is wrong decides the exit code.
  void blame(RollFile file) {
    const int code = file == RollFile::definition ? kExitConfig
                     : file == RollFile::command  ? kExitUsage
                                                  : kExitInput;
    if (code_ == kExitOk || code == kExitConfig || code_ == kExitUsage) code_ = code;
  }

  void command_fault(std::string_view key, std::string_view what) {
    faults_.add(kCommand, 0, key, what);
    blame(RollFile::command);
  }

  void read() {
    auto definition = load_definition(options_.definition);
    faults_.add(definition.status());
    if (!definition.ok()) blame(RollFile::definition);
    if (definition.ok()) input_.today = *std::move(definition);
    const std::size_t before = faults_.size();
    input_.closes = read_closes(options_.closes, faults_);
    closes_unread_ = input_.closes.empty() && faults_.size() > before;
    if (!options_.actions.empty()) {
      Actions actions = read_actions(options_.actions, faults_);
      input_.actions = std::move(actions.actions);
      input_.review = std::move(actions.review);
    }
    if (faults_.size() > before) blame(RollFile::closes);
    read_command_line();
  }

  void read_command_line() {
    input_.ticks = venue_ticks();
    if (const auto date = DateText{}.parse(options_.date)) {
      input_.date = *date;
    } else {
      command_fault("--date", "must be " + DateText{}.expected());
    }
    for (const std::string& each : options_.fx) read_rate(each);
    if (options_.closing_level.empty()) return;
    const auto level = parse_decimal64(options_.closing_level, input_.today.decimals);
    if (level) input_.closing_level = Level{*level};
    if (!level)
      command_fault("--closing-level", fmt::format("must be a decimal number with up to {} places",
                                                   input_.today.decimals));
  }

  void read_rate(const std::string& text) {
    const auto equals = text.find('=');
    const auto rate =
        equals == std::string::npos ? std::nullopt : parse_fixed<FxRate>(text.substr(equals + 1));
    if (!rate) return command_fault("--fx", text + ": must be CURRENCY=RATE, up to 8 places");
    if (!input_.close_fx.emplace(text.substr(0, equals), *rate).second)
      command_fault("--fx", text + ": a second rate");
  }

  const std::string& file_of(RollFile file) const {
    return file == RollFile::definition ? options_.definition
           : file == RollFile::closes   ? options_.closes
                                        : options_.actions;
  }

  // Nothing is said of a line that could not be read, nor of a date that is none.
  bool follows_from_another(const RollFault& fault) const {
    if (fault.file == RollFile::command || input_.date == 0)
      return fault.key == "--date" && input_.date == 0;
    // Of a file that gave no row everything would be missing.
    if (fault.file == RollFile::closes && fault.line == 0) return closes_unread_;
    return faults_.names(file_of(fault.file), fault.line);
  }

  Roll compute() {
    RollResult result = roll(input_);
    std::vector<const RollFault*> own;
    for (const RollFault& fault : result.faults) {
      if (!follows_from_another(fault)) own.push_back(&fault);
    }
    for (const RollFault* fault : own) {
      blame(fault->file);
      if (fault->file == RollFile::command) {
        faults_.add(kCommand, 0, fault->key, fault->what);
      } else {
        faults_.add(file_of(fault->file), fault->line, fault->key, fault->what);
      }
    }
    return std::move(result.roll);
  }

  int write(const Roll& roll, std::ostream& out, std::ostream& err) {
    const std::string name = std::filesystem::path(options_.definition).filename().string();
    const std::string notes =
        fmt::format("Rolled by `indexcast basket roll` from {}, version {} for {}.", name,
                    input_.today.version, date_text(input_.today.effective_date));
    const auto path = write_definition(roll.tomorrow, options_.output, notes);
    if (!path.ok()) {
      err << path.status().message() << '\n';
      return absl::IsUnavailable(path.status()) ? kExitFailure : kExitConfig;
    }
    const RollReport report{input_, roll, *path};
    options_.json ? print_json(report, out) : print_text(report, out);
    return kExitOk;
  }

  const BasketRollOptions& options_;
  RollInput input_;
  FaultList faults_;
  bool closes_unread_ = false;
  int code_ = kExitOk;
};

}  // namespace

int run_basket_roll(const BasketRollOptions& options, std::ostream& out, std::ostream& err) {
  return RollCommand(options).run(out, err);
}

}  // namespace indexcast::server

#include <absl/status/status.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>

#include "calc/decimal.h"
#include "server/definitions/action_rows.h"
#include "server/definitions/calendar_file.h"
#include "server/definitions/closes_file.h"
#include "server/definitions/definition_file.h"
#include "server/definitions/definition_writer.h"
#include "server/settings/codec.h"
#include "server/settings/exit_code.h"
#include "server/tools/basket/basket_report.h"
#include "server/tools/commands.h"

namespace indexcast::server {
namespace {

struct BasketRollOptions {
  std::string definition;             // head of today's
  std::string date;                   // of tomorrow's, YYYY-MM-DD
  std::string closes;                 // CSV; server/definitions/FORMATS.md has the formats
  std::vector<std::string> actions;   // TOML, and CSV of a season; none: nothing happens
  std::vector<std::string> calendar;  // TOML, one a year; none: no day is looked up
  std::vector<std::string> close_fx;  // "HKD=0.92310", of today's closing level
  std::vector<std::string> day_fx;    // the same, that tomorrow starts at
  std::string closing_level;          // as published; empty: what the closes give
  std::string output;                 // folder
  bool json = false;                  // the report
};

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
    const bool closes_faulty = faults_.size() > before;
    closes_unread_ = input_.closes.empty() && closes_faulty;
    read_command_line();
    const std::size_t after_command = faults_.size();
    read_all_actions();
    if (closes_faulty || faults_.size() > after_command) blame(RollFile::closes);
  }

  // Reads CSV files last, because joining members decide which rows count.
  void read_all_actions() {
    for (const bool rows : {false, true}) {
      for (std::size_t i = 0; i < options_.actions.size(); ++i) {
        if (options_.actions[i].ends_with(".csv") == rows) read_actions_of(i, rows);
      }
    }
  }

  void read_actions_of(std::size_t file, bool rows) {
    const std::string& path = options_.actions[file];
    Actions read = rows ? read_action_rows(path, scope(), faults_) : read_actions(path, faults_);
    for (CorporateAction& action : read.actions) {
      action.file = static_cast<int>(file);
      input_.actions.push_back(std::move(action));
    }
    if (read.review && input_.review)
      faults_.add(path, read.review->line, "review", "a second one");
    if (read.review) {
      input_.review = std::move(read.review);
      input_.review->file = static_cast<int>(file);
    }
    for (std::size_t i = 0; i < skipped_.size(); ++i) skipped_[i] += read.skipped[i];
    std::ranges::move(read.unused_columns, std::back_inserter(unused_columns_));
  }

  ActionScope scope() const {
    ActionScope scope{input_.today.effective_date, input_.date, {}};
    for (const Member& member : input_.today.members) scope.members.insert(member.symbol());
    for (const CorporateAction& action : input_.actions) {
      if (action.kind == ActionKind::join) scope.members.insert(action.symbol);
    }
    return scope;
  }

  void read_command_line() {
    input_.ticks = venue_ticks();
    if (const auto date = DateText{}.parse(options_.date)) {
      input_.date = *date;
    } else {
      command_fault("--date", "must be " + DateText{}.expected());
    }
    read_rates("--close-fx", options_.close_fx, input_.close_fx);
    read_rates("--day-fx", options_.day_fx, input_.day_fx);
    for (const std::string& path : options_.calendar) {
      auto calendar = load_calendar(path);
      faults_.add(calendar.status());
      if (!calendar.ok()) blame(RollFile::closes);
      if (calendar.ok()) calendars_.push_back(*std::move(calendar));
    }
    if (options_.closing_level.empty()) return;
    const auto level = parse_decimal64(options_.closing_level, input_.today.decimals);
    if (level) input_.closing_level = Level{*level};
    if (!level)
      command_fault("--closing-level", fmt::format("must be a decimal number with up to {} places",
                                                   input_.today.decimals));
  }

  void read_rates(std::string_view option, const std::vector<std::string>& texts,
                  std::map<std::string, FxRate>& rates) {
    for (const std::string& text : texts) {
      const auto equals = text.find('=');
      const auto rate =
          equals == std::string::npos ? std::nullopt : parse_fixed<FxRate>(text.substr(equals + 1));
      if (!rate) {
        command_fault(option, text + ": must be CURRENCY=RATE, up to 8 places");
      } else if (!rates.emplace(text.substr(0, equals), *rate).second) {
        command_fault(option, text + ": a second rate");
      }
    }
  }

  const std::string& file_of(const RollFault& fault) const {
    if (fault.file == RollFile::definition) return options_.definition;
    if (fault.file == RollFile::actions && !options_.actions.empty())
      return options_.actions[static_cast<std::size_t>(fault.actions_file)];
    return options_.closes;
  }

  // Nothing is said of a line that could not be read, nor of a date that is none.
  bool follows_from_another(const RollFault& fault) const {
    if (fault.file == RollFile::command || input_.date == 0)
      return fault.key == "--date" && input_.date == 0;
    // Of a file that gave no row everything would be missing.
    if (fault.file == RollFile::closes && fault.line == 0) return closes_unread_;
    return faults_.names(file_of(fault), fault.line);
  }

  Roll compute() {
    RollResult result = roll(input_);
    mark_suspended(result.roll.tomorrow);
    std::vector<const RollFault*> own;
    for (const RollFault& fault : result.faults) {
      if (!follows_from_another(fault)) own.push_back(&fault);
    }
    for (const RollFault* fault : own) {
      blame(fault->file);
      if (fault->file == RollFile::command) {
        faults_.add(kCommand, 0, fault->key, fault->what);
      } else {
        faults_.add(file_of(*fault), fault->line, fault->key, fault->what);
      }
    }
    for (std::size_t i = 0; i < skipped_.size(); ++i) result.roll.skipped_actions[i] += skipped_[i];
    return std::move(result.roll);
  }

  // Marks the members with a suspension on today's date, and no other.
  void mark_suspended(IndexDefinition& tomorrow) const {
    for (Member& member : tomorrow.members) {
      member.suspended = std::ranges::any_of(input_.actions, [&](const CorporateAction& action) {
        return action.kind == ActionKind::suspension && action.symbol == member.symbol() &&
               action.date == input_.today.effective_date;
      });
    }
  }

  // Returns a warning for each currency whose closing rate is neither given nor proved by the
  // published level: the default is wrong for an index that followed its series.
  std::vector<std::string> rate_warnings() const {
    std::vector<std::string> warnings;
    if (input_.closing_level) return warnings;
    for (const auto& [currency, series] : input_.today.fx_series) {
      if (input_.close_fx.contains(currency)) continue;
      warnings.push_back(fmt::format(
          "warning: {}:1:--close-fx: {}: {} is taken, today's day_fx; where {} is not fixed, give "
          "the rate of the closing level, or --closing-level as a check",
          kCommand, currency, fixed_text(day_rate(input_.today, currency)), series));
    }
    return warnings;
  }

  // Returns a warning for each market of the members that is shut on the day or not covered, and
  // for each that trades on a day between the two definitions.
  std::vector<std::string> calendar_warnings(const IndexDefinition& tomorrow) const {
    std::vector<std::string> warnings;
    if (calendars_.empty()) return warnings;
    const auto warn = [&](const std::string& what) {
      warnings.push_back(fmt::format("warning: {}:1:--date: {}", kCommand, what));
    };
    for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
      const auto venue = static_cast<feed::Venue>(i);
      const auto is_there = [&](const Member& each) { return each.market() == market_of(venue); };
      if (std::ranges::none_of(tomorrow.members, is_there)) continue;
      const feed::MarketDay day = market_day_of(venue, input_.date);
      if (!day.covered)
        warn(fmt::format("no calendar covers {}", date_text(input_.date)));
      else if (day.kind == feed::DayKind::shut)
        warn(fmt::format("{} is shut on {}: {}", name_of(venue), date_text(input_.date),
                         day.source));
      for (std::int64_t each = days_from_date(input_.today.effective_date) + 1;
           each < days_from_date(input_.date); ++each) {
        const feed::MarketDay between = market_day_of(venue, date_from_days(each));
        if (!between.covered || between.kind == feed::DayKind::shut) continue;
        warn(fmt::format("{} trades on {} before, and no definition is for it", name_of(venue),
                         date_text(date_from_days(each))));
        break;
      }
    }
    return warnings;
  }

  feed::MarketDay market_day_of(feed::Venue venue, Date date) const {
    for (const feed::Calendar& calendar : calendars_) {
      if (calendar.year == date / 10'000)
        return feed::market_day(calendar.markets[static_cast<std::size_t>(venue)], date);
    }
    return {};
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
    std::vector<std::string> warnings = rate_warnings();
    std::ranges::move(calendar_warnings(roll.tomorrow), std::back_inserter(warnings));
    for (const std::string& warning : warnings) err << warning << '\n';
    const RollReport report{input_, roll, *path, unused_columns_, warnings};
    options_.json ? print_json(report, out) : print_text(report, out);
    return kExitOk;
  }

  const BasketRollOptions& options_;
  RollInput input_;
  SkipCounts skipped_{};  // of rows that gave no action
  std::vector<std::string> unused_columns_;
  std::vector<feed::Calendar> calendars_;
  FaultList faults_;
  bool closes_unread_ = false;
  int code_ = kExitOk;
};

// Writes CODE.toml and CODE.csv and reports every step (basket_report.h). With any fault nothing is
// written and all of them are on `err`; returns kExitConfig when the definition is refused, else
// kExitInput when a file is, else kExitUsage when only the command line is at fault. kExitFailure
// when the folder cannot be written. A day that a calendar has as shut is a warning on `err`.
int run_basket_roll(const BasketRollOptions& options, std::ostream& out, std::ostream& err) {
  return RollCommand(options).run(out, err);
}

}  // namespace

void add_basket_roll(CLI::App& basket, int& exit_code) {
  CLI::App* command =
      basket.add_subcommand("roll", "the next day's definition: closes, corporate actions, review");
  const auto options = std::make_shared<BasketRollOptions>();
  command->add_option("DEFINITION", options->definition, "head of today's definition")->required();
  command->add_option("--date", options->date, "of the next one, YYYY-MM-DD")->required();
  command->add_option("--closes", options->closes, "CSV: today's closing prices")->required();
  command->add_option("--actions", options->actions,
                      "TOML: what happens, and a review; CSV: a season of it; repeat");
  command->add_option("--calendar", options->calendar,
                      "TOML, one a year: warns of days that are shut; repeat");
  command->add_option("--close-fx", options->close_fx,
                      "CURRENCY=RATE that today's closing level was published with: the rate in "
                      "force at the close; default: today's day_fx, which is right for a fixed "
                      "rate; repeat");
  command->add_option("--day-fx", options->day_fx,
                      "CURRENCY=RATE that the next day starts at, all day for a fixed rate; with "
                      "fx_in_divisor the divisor takes it in; default: that of the close; repeat");
  command->add_option("--closing-level", options->closing_level,
                      "today's, as published; default: what the closes give");
  command->add_option("--output", options->output, "folder of CODE.toml and CODE.csv")->required();
  command->add_flag("--json", options->json, "report as JSON");
  command->callback(
      [=, &exit_code] { exit_code = run_basket_roll(*options, std::cout, std::cerr); });
}

}  // namespace indexcast::server

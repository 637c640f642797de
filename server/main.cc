// The command line of indexcast.
#include <absl/status/statusor.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <optional>

#include "server/app/definition_directory.h"
#include "server/app/definition_list.h"
#include "server/app/loaded_day.h"
#include "server/app/serve.h"
#include "server/definitions/calendar_file.h"
#include "server/journal/journal_reader.h"
#include "server/ops/operation.h"
#include "server/settings/codec.h"
#include "server/settings/config.h"
#include "server/settings/exit_code.h"
#include "server/tools/basket/basket_build.h"
#include "server/tools/basket/basket_check.h"
#include "server/tools/basket/basket_roll.h"
#include "server/tools/control.h"
#include "server/tools/decode/decode.h"
#include "server/tools/keygen.h"
#include "server/tools/replay.h"
#include "server/tools/simulate.h"
#include "server/tools/version.h"
#include "server/tools/watch/watch.h"
#include "server/view/clock.h"

namespace indexcast::server {
namespace {

// A configuration as its file has it, and the first day that it runs.
struct Loaded {
  Config config;
  DefinitionDirectory directory;
  LoadedDay day;
};

// The files that a journal's day began with, or else the newest of the day.
absl::StatusOr<LoadedDay> load_first_day(const Config& config, DefinitionDirectory& directory,
                                         const std::string& journal) {
  if (config.days.directory.empty()) return load_listed_day(config);
  directory.look();
  const Date date = first_day(config, directory, Clock().now());
  std::vector<std::string> heads = read_definition_list(definition_list_of(journal));
  if (heads.empty()) heads = directory.newest_of(date);
  return load_day(config, std::move(heads), date);
}

// `date` (YYYYMMDD) takes the place of the configuration's trade_date; 0: none does, but of a
// directory's days the one of `journal` is taken. Prints every fault of the configuration or of its
// definitions.
std::optional<Loaded> load(const std::string& path, Date date = 0,
                           const std::string& journal = {}) {
  const auto refuse = [](const absl::Status& status) {
    fmt::print(stderr, "{}\n", std::string(status.message()));
    return std::nullopt;
  };
  absl::StatusOr<Config> config = load_config(path);
  if (!config.ok()) return refuse(config.status());
  // Faults of a journal are reported by its replay.
  const auto reader = journal.empty() ? absl::NotFoundError("") : JournalReader::open(journal);
  if (date == 0 && reader.ok() && !config->days.directory.empty())
    date = reader->header().trade_date;
  if (date != 0) config->trade_date = date;
  DefinitionDirectory directory(config->days.directory);
  absl::StatusOr<LoadedDay> day =
      load_first_day(*config, directory, reader.ok() ? reader->path() : "");
  if (!day.ok()) return refuse(day.status());
  spdlog::set_level(spdlog::level::from_str(config->log_level));
  return Loaded{*std::move(config), std::move(directory), *std::move(day)};
}

// "2025-04-02" on the command line.
CLI::Option* add_date(CLI::App& command, Date& date) {
  return command.add_option_function<std::string>(
      "--date",
      [&date](const std::string& text) {
        const std::optional<Date> parsed = DateText{}.parse(text);
        if (!parsed) throw CLI::ValidationError("--date", "must be " + DateText{}.expected());
        date = *parsed;
      },
      "the day that runs, YYYY-MM-DD; default: the configuration's");
}

using Command = std::function<int()>;

int report_check(const std::string& path, const Loaded& loaded) {
  bool good = true;
  for (const std::string& faults : {loaded.directory.faults(), loaded.day.left_out}) {
    if (faults.empty()) continue;
    fmt::print(stderr, "left out:\n{}\n", faults);
    good = false;
  }
  for (const std::string& warning : exposure_warnings(loaded.config))
    fmt::print(stderr, "warning: {}\n", warning);
  for (const std::string& warning : trading_day_warnings(loaded.day.config))
    fmt::print(stderr, "warning: {}\n", warning);
  fmt::print("{}: {}, {} indices for {}\n", path, good ? "good" : "not all is good",
             loaded.day.universe->indices().size(), loaded.day.trade_date);
  return good ? kExitOk : kExitConfig;
}

Command add_serve(CLI::App& app) {
  CLI::App* command = app.add_subcommand("serve", "the server");
  const auto path = std::make_shared<std::string>();
  const auto ready_file = std::make_shared<std::string>();
  const auto check = std::make_shared<bool>(false);
  const auto print = std::make_shared<bool>(false);
  command->add_option("--config", *path, "configuration file")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_flag("--check", *check, "say what is wrong with the configuration, and end");
  command->add_flag("--print-config", *print, "print the effective configuration, and end");
  command->add_option("--ready-file", *ready_file, "written as JSON once every address is bound");
  return [=] {
    std::optional<Loaded> loaded = load(*path);
    if (!loaded) return kExitConfig;
    const std::string faults = machine_faults(loaded->config);
    if (!faults.empty()) {
      fmt::print(stderr, "{}", faults);
      return kExitConfig;
    }
    if (*print) fmt::print("{}", print_config(loaded->day.config));
    if (*check) return report_check(*path, *loaded);
    if (*print) return kExitOk;
    return run_serve({loaded->config, *ready_file}, std::move(loaded->directory),
                     std::move(loaded->day));
  };
}

Command add_simulate(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("simulate", "the three exchanges, a trading day over their own protocols");
  const auto path = std::make_shared<std::string>();
  const auto options = std::make_shared<SimulateOptions>();
  command->add_option("--config", *path, "configuration file")
      ->required()
      ->check(CLI::ExistingFile);
  const auto date = std::make_shared<Date>(0);
  add_date(*command, *date);
  command->add_option("--seed", options->seed, "of the day; default: the configuration's");
  command->add_option("--speed", options->speed, "exchange seconds for a real one")
      ->check(CLI::PositiveNumber);
  command->add_option("--pcap", options->pcap, "write a capture instead of sending");
  command->add_option("--faults", options->faults, "what goes wrong: a file, or seed:N");
  command->add_option("--summary", options->summary_file, "write the closing summary as JSON");
  return [=] {
    std::optional<Loaded> loaded = load(*path, *date);
    if (!loaded) return kExitConfig;
    options->config = loaded->day.config;
    return run_simulate(*options, *loaded->day.universe);
  };
}

Command add_decode(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("decode", "one line for each exchange message of a capture");
  const auto options = std::make_shared<DecodeOptions>();
  const std::map<std::string, feed::Venue> venues{
      {"sse", feed::Venue::sse}, {"szse", feed::Venue::szse}, {"hkex", feed::Venue::hkex}};
  command->add_option("VENUE", options->venue, "sse, szse or hkex")
      ->required()
      ->transform(CLI::CheckedTransformer(venues));
  command->add_option("CAPTURE", options->captures, "pcap or pcapng files")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_flag("--json", options->json, "one JSON object a line");
  command->add_option("--filter", options->filter, "BPF expression");
  command->add_option("--port", options->ports,
                      "gateway or channel ports; default: found by looking");
  return [=] { return run_decode(*options, std::cout, std::cerr); };
}

Command add_replay(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "replay", "captures or a journal through the same pipeline, at full speed");
  const auto path = std::make_shared<std::string>();
  const auto options = std::make_shared<ReplayOptions>();
  const std::map<std::string, LevelFormat> formats{{"jsonl", LevelFormat::jsonl},
                                                   {"csv", LevelFormat::csv}};
  command->add_option("--config", *path, "configuration file")
      ->required()
      ->check(CLI::ExistingFile);
  CLI::Option* journal = command->add_option("--from-journal", options->from_journal,
                                             "directory of a journal, or its file");
  command->add_option("CAPTURE", options->captures, "pcap or pcapng files")
      ->excludes(journal)
      ->check(CLI::ExistingFile);
  command
      ->add_option("--journal", options->journal, "directory for a journal of the captures' inputs")
      ->excludes(journal);
  const auto date = std::make_shared<Date>(0);
  add_date(*command, *date);
  command->add_option("--output", options->output, "file for every published level");
  command->add_option("--format", options->format, "jsonl or csv")
      ->transform(CLI::CheckedTransformer(formats));
  return [=] {
    if (options->from_journal.empty() && options->captures.empty()) {
      fmt::print(stderr, "replay: name a capture or --from-journal\n");
      return kExitUsage;
    }
    std::optional<Loaded> loaded = load(*path, *date, options->from_journal);
    if (!loaded) return kExitConfig;
    options->config = loaded->day.config;
    return run_replay(*options, loaded->day);
  };
}

Command add_watch(CLI::App& app) {
  CLI::App* command = app.add_subcommand("watch", "live terminal table of levels");
  const auto options = std::make_shared<WatchOptions>();
  command->add_option("ENDPOINT", options->endpoint, "ZeroMQ endpoint of a server")
      ->capture_default_str();
  command->add_option("--index", options->codes, "only these codes");
  command->add_option("--query", options->query, "its ROUTER, asked for members")
      ->capture_default_str();
  command->add_option("--title", options->title, "first line of the table");
  command->add_option("--colours", options->red_up, "red_up: a rise is red; or green_up")
      ->transform(CLI::CheckedTransformer(std::map<std::string, bool>{
          {std::string(kColourWords[0]), true}, {std::string(kColourWords[1]), false}}))
      ->default_str(std::string(kColourWords[0]));
  command->add_flag("--jsonl", options->jsonl, "every level as a line of JSON");
  command->add_option("--count", options->count, "end after so many levels");
  return [=] { return run_watch(*options); };
}

std::string operations_text() {
  std::string text =
      "Operations:\n"
      "  status: whether the server is in service\n"
      "  status TARGET: the version to expect, and what is in force\n"
      "  drain: leave service: not ready, no new streams, the open ones closed after a while\n"
      "  resume: be in service again\n"
      "  approve ID: carry out what another person proposed (admin.two_person)\n"
      "  decline ID: do not\n";
  for (const Operation& each : kOperations) {
    text += fmt::format("  {} {}{}: {}\n", each.name, word_of(kTargetKindWords, each.target),
                        each.value == ValueKind::none ? "" : " VALUE", each.help);
  }
  return text;
}

Command add_control(CLI::App& app) {
  CLI::App* command = app.add_subcommand("control", "an operator's request to a running server");
  const auto options = std::make_shared<ControlOptions>();
  command->add_option("OPERATION", options->operation, "as below")->required();
  command->add_option("TARGET", options->target,
                      "index code, symbol or FX series; of approve and decline, an id");
  command->add_option("VALUE", options->value, "price, rate, level, or 1 and 0");
  command->add_option("--reason", options->reason, "why: kept in the audit");
  command->add_option("--expect", options->expect, "the version that status shows, or any");
  command->add_option("--expires", options->expires, "not later than: 60s from now, or an instant");
  command->add_option("--from", options->from_sequence, "first level that a correction is about");
  command->add_option("--to", options->to_sequence, "the last one");
  command->add_option("--id", options->id, "of a request that is asked again");
  command->add_flag("--force", options->force,
                    "the value is right, though far from what the server believes");
  command->add_flag("--preview", options->preview, "only say what it would do to each level");
  command->add_option("--url", options->url, "the administrative interface")->capture_default_str();
  command->add_option("--token-file", options->token_file, "your token, in its first line")
      ->required();
  command->footer(operations_text());
  return [=] { return run_control(*options, std::cout, std::cerr); };
}

Command add_keygen(CLI::App& app) {
  CLI::App* command = app.add_subcommand("keygen", "a CURVE key: the secret into FILE");
  const auto path = std::make_shared<std::string>();
  command->add_option("FILE", *path, "new; readable by you alone")->required();
  return [=] { return run_keygen(*path, std::cout, std::cerr); };
}

Command add_basket_check(CLI::App& basket) {
  CLI::App* command = basket.add_subcommand("check", "say what is wrong with definitions");
  const auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *files, "heads of definitions")->required();
  return [=] { return run_basket_check(*files, std::cout, std::cerr); };
}

Command add_basket_build(CLI::App& basket) {
  CLI::App* command =
      basket.add_subcommand("build", "a definition from weights, or from shares, floats and caps");
  const auto options = std::make_shared<BasketBuildOptions>();
  command->add_option("--head", options->head, "TOML: code, date, base level, rates")->required();
  auto* members = command->add_option_group("members");
  members->add_option("--weights", options->weights, "CSV: members with weights and closes");
  members->add_option("--shares", options->shares, "CSV: members with total and free shares");
  members->require_option(1);
  command->add_option("--output", options->output, "folder of CODE.toml and CODE.csv")->required();
  command->add_flag("--json", options->json, "report as JSON");
  return [=] { return run_basket_build(*options, std::cout, std::cerr); };
}

Command add_basket_roll(CLI::App& basket) {
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
  return [=] { return run_basket_roll(*options, std::cout, std::cerr); };
}

Command add_basket(CLI::App& app) {
  CLI::App* basket = app.add_subcommand("basket", "check, build and roll definitions");
  basket->require_subcommand(1);
  const std::vector<std::pair<std::string, Command>> commands{{"check", add_basket_check(*basket)},
                                                              {"build", add_basket_build(*basket)},
                                                              {"roll", add_basket_roll(*basket)}};
  return [=] {
    for (const auto& [name, command] : commands) {
      if (basket->got_subcommand(name)) return command();
    }
    return kExitUsage;
  };
}

int run(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  spdlog::set_default_logger(spdlog::stderr_color_mt("indexcast"));
  CLI::App app(
      "indexcast: real-time index levels from the feeds of Shanghai, Shenzhen and Hong Kong",
      "indexcast");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done; 2 command line; 3 configuration or definitions refused; 4 a named file "
      "cannot be used;\n"
      "5 done, but the input had holes or malformed parts; 6 an address, disk or other resource "
      "could not be had;\n7 the server refused the request.");
  const std::vector<std::pair<std::string, Command>> commands{
      {"serve", add_serve(app)},   {"simulate", add_simulate(app)}, {"decode", add_decode(app)},
      {"replay", add_replay(app)}, {"watch", add_watch(app)},       {"control", add_control(app)},
      {"basket", add_basket(app)}, {"keygen", add_keygen(app)}};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  for (const auto& [name, command] : commands) {
    if (app.got_subcommand(name)) return command();
  }
  return kExitUsage;
}

}  // namespace
}  // namespace indexcast::server

int main(int argc, char** argv) {
  try {
    return indexcast::server::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "indexcast: {}\n", error.what());
    return indexcast::server::kExitFailure;
  }
}

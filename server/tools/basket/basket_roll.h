// `indexcast basket roll`: tomorrow's definition from today's, its closes and what happens
// overnight.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace indexcast::server {

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

// Writes CODE.toml and CODE.csv and reports every step (roll_report.h). With any fault nothing is
// written and all of them are on `err`; returns kExitConfig when the definition is refused, else
// kExitInput when a file is, else kExitUsage when only the command line is at fault. kExitFailure
// when the folder cannot be written. A day that a calendar has as shut is a warning on `err`.
int run_basket_roll(const BasketRollOptions& options, std::ostream& out, std::ostream& err);

}  // namespace indexcast::server

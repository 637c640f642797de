// `indexcast basket build`: a definition from weights, or from shares, floats and caps.
#pragma once

#include <ostream>
#include <string>

namespace indexcast::server {

struct BasketBuildOptions {
  std::string head;     // TOML; server/definitions/FORMATS.md has the formats
  std::string weights;  // CSV; this or `shares`, the other is empty
  std::string shares;   // CSV
  std::string output;   // folder
  bool json = false;    // the report
};

// Writes CODE.toml and CODE.csv and reports each member's weight and how far rounding took it from
// its target. Returns kExitOk, kExitInput when the files are refused, with every fault on `err`, or
// kExitFailure when the folder cannot be written.
int run_basket_build(const BasketBuildOptions& options, std::ostream& out, std::ostream& err);

}  // namespace indexcast::server

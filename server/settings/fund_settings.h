// One fund of a configuration: where its day's files are, and how what the documents leave open is
// read.
#pragma once

#include <cstdint>
#include <string>

namespace indexcast::server {

// Which of Shenzhen's two amounts counts for a component that cash must stand for.
enum class CashSide : std::uint8_t { creation, redemption };

// What becomes of a component that is to be priced and is listed where no feed of ours looks.
enum class UnfedRule : std::uint8_t { refuse, reference };

struct FundSettings {
  bool enabled = true;
  std::string code;         // of the fund; its file must be for it
  std::string name;         // default: the file's, or else the code
  std::string composition;  // the day's file; {date} in it stands for YYYYMMDD
  std::string closes;       // reference prices of what no definition holds; {date} likewise
  std::string tracks;       // code of the index whose rate series it follows; empty = none
  std::string provenance;   // shown to every subscriber; default: the file's name
  CashSide cash_side = CashSide::creation;
  UnfedRule unfed = UnfedRule::refuse;
};

}  // namespace indexcast::server

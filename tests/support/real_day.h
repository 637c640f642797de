// The rows of the two real Level-2 days, in the units of their files.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace indexcast::test {

struct RealLevel {
  double price = 0;
  std::int64_t quantity = 0;  // shares
  std::int64_t orders = 0;
};

// One row: every field of the file that a gateway's snapshot has room for. Prices and turnover in
// yuan; the files hold them as binary floats with noise in the fifteenth digit.
struct RealSnapshot {
  static constexpr std::size_t kLevels = 10;
  std::string code;
  std::uint64_t stamp = 0;  // YYYYMMDDHHMMSSsss in China time
  std::string phase;        // as the file has it
  double pre_close = 0;
  double open = 0;
  double high = 0;
  double low = 0;
  double last = 0;  // 0: no trade yet
  double turnover = 0;
  std::int64_t volume = 0;
  std::int64_t trades = 0;  // SSE's file only
  double upper = 0;         // SZSE's file only, as is `lower`
  double lower = 0;
  std::array<RealLevel, kLevels> bids{};
  std::array<RealLevel, kLevels> asks{};
};

// All rows in the order of their time, those of one instant in the order of the file. Both throw
// std::runtime_error for a file that is not what it should be.
std::vector<RealSnapshot> read_sse_day(const std::filesystem::path& zip);
std::vector<RealSnapshot> read_szse_day(const std::filesystem::path& zip);

}  // namespace indexcast::test

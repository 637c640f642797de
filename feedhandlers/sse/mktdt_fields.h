// The lines of mktdt00.txt, field by field (protocol notes 4.2, 4.3). Columns count from 0 at the
// first byte of the line; a separator stands between two fields.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace indexcast::sse {

enum class MktdtType : std::uint8_t {
  text,    // left aligned, padded with spaces, GB18030
  number,  // right aligned, may be signed; blank is 0
  time,    // HH:MM:SS.sss
  stamp,   // YYYYMMDD-HH:MM:SS.sss
};

struct MktdtField {
  std::string_view name;
  std::size_t column = 0;
  std::size_t width = 0;
  MktdtType type = MktdtType::text;
  int places = 0;
};

// Fields given with their widths get their columns here.
template <std::size_t N>
constexpr std::array<MktdtField, N> in_columns(std::array<MktdtField, N> fields) {
  std::size_t column = 0;
  for (MktdtField& field : fields) {
    field.column = column;
    column += field.width + 1;
  }
  return fields;
}

constexpr MktdtField text_field(std::string_view name, std::size_t width) {
  return {name, 0, width, MktdtType::text, 0};
}
constexpr MktdtField number_field(std::string_view name, std::size_t width, int places = 0) {
  return {name, 0, width, MktdtType::number, places};
}

// The first fields of every record stand at the same place.
inline constexpr std::size_t kMktdtStream = 0;
inline constexpr std::size_t kMktdtSecurity = 1;
inline constexpr std::size_t kMktdtSymbol = 2;
inline constexpr std::size_t kMktdtVolume = 3;
inline constexpr std::size_t kMktdtValue = 4;
inline constexpr std::size_t kMktdtPreClose = 5;
inline constexpr std::size_t kMktdtOpen = 6;
inline constexpr std::size_t kMktdtHigh = 7;
inline constexpr std::size_t kMktdtLow = 8;
inline constexpr std::size_t kMktdtLast = 9;
inline constexpr std::size_t kMktdtClose = 10;

inline constexpr auto kMktdtHeader = in_columns(std::array{
    text_field("BeginString", 6), text_field("Version", 8), number_field("BodyLength", 10),
    number_field("TotNumTradeReports", 5), text_field("MDReportID", 8),
    text_field("SenderCompID", 6), MktdtField{"MDTime", 0, 21, MktdtType::stamp, 0},
    number_field("MDUpdateType", 1), text_field("MDSesStatus", 8)});
// BodyLength counts what stands behind its own separator.
inline constexpr std::size_t kMktdtBeforeBody = kMktdtHeader[3].column;
static_assert(kMktdtBeforeBody == 27 && kMktdtHeader[8].column + 8 == 81);

inline constexpr auto kMktdtIndex = in_columns(std::array{
    text_field("MDStreamID", 5), text_field("SecurityID", 6), text_field("Symbol", 8),
    number_field("TradeVolume", 16), number_field("TotalValueTraded", 16, 2),
    number_field("PreClosePx", 11, 4), number_field("OpenPrice", 11, 4),
    number_field("HighPrice", 11, 4), number_field("LowPrice", 11, 4),
    number_field("TradePrice", 11, 4), number_field("ClosePx", 11, 4),
    text_field("TradingPhaseCode", 8), MktdtField{"Timestamp", 0, 12, MktdtType::time, 0}});
static_assert(kMktdtIndex.back().column + 12 == 149);

inline constexpr std::size_t kMktdtLevels = kMktdtClose + 1;  // buy and sell, price and volume
inline constexpr std::size_t kMktdtBestBid = kMktdtLevels;
inline constexpr std::size_t kMktdtBestAsk = kMktdtLevels + 2;
inline constexpr std::size_t kMktdtIopv = kMktdtLevels + 21;  // funds alone

constexpr std::array<MktdtField, 35> mktdt_fund_fields() {
  std::array<MktdtField, 35> fields{text_field("MDStreamID", 5),
                                    text_field("SecurityID", 6),
                                    text_field("Symbol", 8),
                                    number_field("TradeVolume", 16),
                                    number_field("TotalValueTraded", 16, 2),
                                    number_field("PreClosePx", 11, 3),
                                    number_field("OpenPrice", 11, 3),
                                    number_field("HighPrice", 11, 3),
                                    number_field("LowPrice", 11, 3),
                                    number_field("TradePrice", 11, 3),
                                    number_field("ClosePx", 11, 3),
                                    number_field("BuyPrice1", 11, 3),
                                    number_field("BuyVolume1", 12),
                                    number_field("SellPrice1", 11, 3),
                                    number_field("SellVolume1", 12),
                                    number_field("BuyPrice2", 11, 3),
                                    number_field("BuyVolume2", 12),
                                    number_field("SellPrice2", 11, 3),
                                    number_field("SellVolume2", 12),
                                    number_field("BuyPrice3", 11, 3),
                                    number_field("BuyVolume3", 12),
                                    number_field("SellPrice3", 11, 3),
                                    number_field("SellVolume3", 12),
                                    number_field("BuyPrice4", 11, 3),
                                    number_field("BuyVolume4", 12),
                                    number_field("SellPrice4", 11, 3),
                                    number_field("SellVolume4", 12),
                                    number_field("BuyPrice5", 11, 3),
                                    number_field("BuyVolume5", 12),
                                    number_field("SellPrice5", 11, 3),
                                    number_field("SellVolume5", 12),
                                    number_field("PreCloseIOPV", 11, 3),
                                    number_field("IOPV", 11, 3),
                                    text_field("TradingPhaseCode", 8),
                                    MktdtField{"Timestamp", 0, 12, MktdtType::time, 0}};
  return in_columns(fields);
}
inline constexpr auto kMktdtFund = mktdt_fund_fields();
static_assert(kMktdtFund.back().column + 12 == 423);

// Shares and bonds are funds without IOPV.
constexpr std::array<MktdtField, 33> mktdt_security_fields() {
  std::array<MktdtField, 33> fields{};
  for (std::size_t i = 0; i < 31; ++i) fields[i] = kMktdtFund[i];
  fields[31] = kMktdtFund[33];
  fields[32] = kMktdtFund[34];
  return in_columns(fields);
}
inline constexpr auto kMktdtShare = mktdt_security_fields();
static_assert(kMktdtShare.back().column + 12 == 399);

}  // namespace indexcast::sse

// mktdt00.txt: bytes to records. Pure functions; views point into the line and live as long as it
// does. Nothing allocates, throws or reads outside the bytes it is given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "feedhandlers/transport/decode_error.h"
#include "feedhandlers/transport/field_sink.h"

namespace indexcast::sse {

// The columns of mktdt00.txt (protocol notes 4.2, 4.3). Columns count from 0 at the first byte of
// the line; one separator stands between two fields.
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

// Why a line is refused, and where: `column` counts from 1, as an editor shows it.
struct MktdtFault {
  feed::DecodeError error = feed::DecodeError::none;
  std::size_t column = 0;
  explicit operator bool() const { return error != feed::DecodeError::none; }
  friend bool operator==(const MktdtFault&, const MktdtFault&) = default;
};

enum class MktdtLineKind : std::uint8_t {
  header,
  index,  // MD001
  share,  // MD002, and MD003 while bonds are being distributed
  fund,   // MD004
  trailer,
  other,  // a stream this version does not know
};
MktdtLineKind kind_of(std::string_view line);

// Text fields are whole width, padding included.
struct MktdtHeaderLine {
  std::uint64_t body_length = 0;  // of the file, behind this field
  std::uint32_t records = 0;
  std::uint32_t date = 0;   // YYYYMMDD
  std::uint32_t time = 0;   // HHMMSSsss
  std::string_view status;  // as TradingSessionID of M101
};

// A field of all nines.
inline constexpr std::int64_t kMktdtOverflow = std::numeric_limits<std::int64_t>::max();

struct MktdtRecord {
  MktdtLineKind kind = MktdtLineKind::other;
  std::string_view stream;
  std::string_view security_id;
  std::string_view symbol;
  std::string_view phase;
  std::uint32_t time = 0;  // HHMMSSsss
  // By their place in the record (kMktdtIndex, kMktdtShare, kMktdtFund), in units of the field's
  // last decimal: 1e-4 for prices of an index, else 1e-3, 1e-2 for the value. Text fields stay 0.
  std::array<std::int64_t, kMktdtFund.size()> numbers{};
};

// The fields of a kind of line; empty for the trailer and for other lines.
std::span<const MktdtField> fields_of(MktdtLineKind kind);

// The next three take a line without its end. Longer lines than these fields need carry those of a
// later version behind a separator (4.1).
MktdtFault read_header(std::string_view line, MktdtHeaderLine& out);
MktdtFault read_record(std::string_view line, MktdtRecord& out);
// The checksum that the trailer states, 0 to 255.
MktdtFault read_trailer(std::string_view line, std::uint32_t& out);

// The code of a record before anything else of it is looked at; empty when it is no number.
std::optional<std::uint32_t> record_code(std::string_view line);

// Fields by the exchange's names, text as UTF-8, prices with their decimals. The stream alone when
// the line cannot be read.
void describe_line(std::string_view line, feed::FieldSink& sink);

// The sum that the trailer of `file` should state, and the place where it does; empty when the file
// does not end with one. Meaningful while nobody writes the file (4.4).
struct MktdtSum {
  std::uint32_t stated = 0;
  std::uint32_t actual = 0;
};
std::optional<MktdtSum> checksum_of(std::string_view file);

// The lines of a file or of the part of it that has been read.
class MktdtLines {
 public:
  explicit MktdtLines(std::string_view bytes) : bytes_(bytes) {}
  // The next whole line without its end; false when none is left. What remains behind the last line
  // end is torn.
  bool next(std::string_view& line);
  std::size_t number() const { return number_; }  // of the line last given, from 1
  std::size_t offset() const { return at_; }      // behind it
  bool torn() const { return at_ != bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

}  // namespace indexcast::sse

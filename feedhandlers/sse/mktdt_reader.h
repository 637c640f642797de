// mktdt00.txt: bytes to records. Pure functions; views point into the line and live as long as it
// does. Nothing allocates, throws or reads outside the bytes it is given.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "feedhandlers/sse/mktdt_fields.h"
#include "feedhandlers/transport/decode_error.h"
#include "feedhandlers/transport/field_sink.h"

namespace indexcast::sse {

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
  // By their place in the record (mktdt_fields.h), in units of the field's last decimal: 1e-4 for
  // prices of an index, else 1e-3, 1e-2 for the value. Text fields stay 0.
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

#include "feedhandlers/sse/mktdt_reader.h"

#include <algorithm>
#include <string>

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/charset.h"

namespace indexcast::sse {
namespace {

using feed::DecodeError;

constexpr std::string_view kHeaderMark = "HEADER|";
constexpr std::string_view kTrailerMark = "TRAILER|";

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

MktdtFault fault(const MktdtField& field, std::size_t offset = 0) {
  return {DecodeError::bad_field, field.column + offset + 1};
}

std::string_view text_of(std::string_view line, const MktdtField& field) {
  return line.substr(field.column, field.width);
}

// All nines, whatever stands between them.
bool overflows(std::string_view text, int places) {
  const std::size_t point =
      places == 0 ? text.size() : text.size() - 1 - static_cast<std::size_t>(places);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '9' && !(i == point && text[i] == '.')) return false;
  }
  return true;
}

// A number of at most 18 digits, right aligned in its field; a blank one is 0.
MktdtFault read_number(std::string_view line, const MktdtField& field, std::int64_t& out) {
  const std::string_view text = text_of(line, field);
  std::size_t i = std::min(text.find_first_not_of(' '), text.size());
  out = 0;
  if (i == text.size()) return {};
  if (overflows(text, field.places)) return out = kMktdtOverflow, MktdtFault{};
  const bool negative = text[i] == '-';
  if (negative || text[i] == '+') ++i;
  if (i == text.size()) return fault(field, i - 1);
  const std::size_t point =
      field.places == 0 ? text.size() : text.size() - 1 - static_cast<std::size_t>(field.places);
  for (; i < text.size(); ++i) {
    if (i == point) {
      if (text[i] != '.') return fault(field, i);
      continue;
    }
    if (!is_digit(text[i])) return fault(field, i);
    out = out * 10 + (text[i] - '0');
  }
  if (negative) out = -out;
  return {};
}

// Digits at the places of `pattern` that are '0', the rest as it stands there.
bool read_digits(std::string_view text, std::string_view pattern, std::uint64_t& out) {
  out = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '0') {
      if (text[i] != pattern[i]) return false;
      continue;
    }
    if (!is_digit(text[i])) return false;
    out = out * 10 + static_cast<std::uint64_t>(text[i] - '0');
  }
  return true;
}

// A time of day; blank is 0, "no time".
MktdtFault read_time(std::string_view line, const MktdtField& field, std::uint32_t& out) {
  out = 0;
  const std::string_view text = text_of(line, field);
  if (feed::trim_padding(text).empty()) return {};
  std::uint64_t digits = 0;
  if (!read_digits(text, "00:00:00.000", digits) || !feed::time_of_day_ms(digits)) {
    return fault(field);
  }
  out = static_cast<std::uint32_t>(digits);
  return {};
}

// Length and separators: whatever else is wrong, fields stand in their columns.
MktdtFault check_columns(std::string_view line, std::span<const MktdtField> fields) {
  const MktdtField& last = fields.back();
  const std::size_t length = last.column + last.width;
  if (line.size() < length) return {DecodeError::truncated, line.size() + 1};
  for (const MktdtField& field : fields) {
    const std::size_t behind = field.column + field.width;
    if (behind < line.size() && line[behind] != '|') return {DecodeError::bad_field, behind + 1};
  }
  return {};
}

void describe_field(std::string_view line, const MktdtField& field, feed::FieldSink& sink) {
  std::int64_t number = 0;
  if (field.type != MktdtType::number) {
    return sink.text(field.name, feed::to_utf8(text_of(line, field), feed::Charset::gbk));
  }
  if (read_number(line, field, number)) return;
  if (number == kMktdtOverflow) return sink.text(field.name, text_of(line, field));
  if (field.places == 0) return sink.integer(field.name, number);
  sink.decimal(field.name, number, field.places);
}

MktdtFault check(std::string_view line, MktdtLineKind kind) {
  MktdtHeaderLine header;
  MktdtRecord record;
  return kind == MktdtLineKind::header ? read_header(line, header) : read_record(line, record);
}

}  // namespace

MktdtLineKind kind_of(std::string_view line) {
  if (line.starts_with("MD002|") || line.starts_with("MD003|")) return MktdtLineKind::share;
  if (line.starts_with("MD004|")) return MktdtLineKind::fund;
  if (line.starts_with("MD001|")) return MktdtLineKind::index;
  if (line.starts_with(kHeaderMark)) return MktdtLineKind::header;
  if (line.starts_with(kTrailerMark)) return MktdtLineKind::trailer;
  return MktdtLineKind::other;
}

std::span<const MktdtField> fields_of(MktdtLineKind kind) {
  switch (kind) {
    case MktdtLineKind::header:
      return kMktdtHeader;
    case MktdtLineKind::index:
      return kMktdtIndex;
    case MktdtLineKind::share:
      return kMktdtShare;
    case MktdtLineKind::fund:
      return kMktdtFund;
    default:
      return {};
  }
}

MktdtFault read_header(std::string_view line, MktdtHeaderLine& out) {
  if (!line.starts_with(kHeaderMark)) return {DecodeError::bad_field, 1};
  if (const auto wrong = check_columns(line, kMktdtHeader)) return wrong;
  std::int64_t length = 0;
  std::int64_t records = 0;
  if (const auto wrong = read_number(line, kMktdtHeader[2], length)) return wrong;
  if (const auto wrong = read_number(line, kMktdtHeader[3], records)) return wrong;
  const MktdtField& stamp = kMktdtHeader[6];
  std::uint64_t digits = 0;
  if (!read_digits(text_of(line, stamp), "00000000-00:00:00.000", digits) ||
      !feed::plausible_date(digits / feed::kTimeDigits) ||
      !feed::time_of_day_ms(digits % feed::kTimeDigits)) {
    return fault(stamp);
  }
  if (length < 0) return fault(kMktdtHeader[2]);
  if (records < 0) return fault(kMktdtHeader[3]);
  out.body_length = static_cast<std::uint64_t>(length);
  out.records = records == kMktdtOverflow ? 0 : static_cast<std::uint32_t>(records);
  out.date = static_cast<std::uint32_t>(digits / feed::kTimeDigits);
  out.time = static_cast<std::uint32_t>(digits % feed::kTimeDigits);
  out.status = text_of(line, kMktdtHeader[8]);
  return {};
}

MktdtFault read_record(std::string_view line, MktdtRecord& out) {
  const MktdtLineKind kind = kind_of(line);
  const auto fields = fields_of(kind);
  if (fields.empty() || kind == MktdtLineKind::header) return {DecodeError::bad_field, 1};
  if (const auto wrong = check_columns(line, fields)) return wrong;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    out.numbers[i] = 0;
    if (fields[i].type != MktdtType::number) continue;
    if (const auto wrong = read_number(line, fields[i], out.numbers[i])) return wrong;
  }
  if (const auto wrong = read_time(line, fields.back(), out.time)) return wrong;
  out.kind = kind;
  out.stream = text_of(line, fields[kMktdtStream]);
  out.security_id = text_of(line, fields[kMktdtSecurity]);
  out.symbol = text_of(line, fields[kMktdtSymbol]);
  out.phase = text_of(line, fields[fields.size() - 2]);
  return {};
}

MktdtFault read_trailer(std::string_view line, std::uint32_t& out) {
  if (!line.starts_with(kTrailerMark)) return {DecodeError::bad_field, 1};
  const MktdtField sum{"CheckSum", kTrailerMark.size(), 3, MktdtType::number, 0};
  if (line.size() < sum.column + sum.width) return {DecodeError::truncated, line.size() + 1};
  std::uint64_t digits = 0;
  if (!read_digits(text_of(line, sum), "000", digits) || digits > 255) return fault(sum);
  out = static_cast<std::uint32_t>(digits);
  return {};
}

std::optional<std::uint32_t> record_code(std::string_view line) {
  const MktdtField& field = kMktdtShare[kMktdtSecurity];
  if (line.size() < field.column + field.width) return std::nullopt;
  std::uint64_t digits = 0;
  if (!read_digits(text_of(line, field), "000000", digits)) return std::nullopt;
  return static_cast<std::uint32_t>(digits);
}

void describe_line(std::string_view line, feed::FieldSink& sink) {
  const MktdtLineKind kind = kind_of(line);
  if (kind == MktdtLineKind::trailer) {
    return sink.text("CheckSum", line.substr(kTrailerMark.size()));
  }
  const auto fields = fields_of(kind);
  if (fields.empty() || check(line, kind)) {
    return sink.text("MDStreamID", feed::to_utf8(line.substr(0, 5), feed::Charset::gbk));
  }
  for (const MktdtField& field : fields) describe_field(line, field, sink);
}

std::optional<MktdtSum> checksum_of(std::string_view file) {
  constexpr std::size_t kTail = 4;  // three digits and the line's end
  if (file.size() < kTrailerMark.size() + kTail) return std::nullopt;
  const std::string_view summed = file.substr(0, file.size() - kTail);
  if (!summed.ends_with(kTrailerMark) || file.back() != '\n') return std::nullopt;
  MktdtSum sum;
  const std::string_view line = file.substr(summed.size() - kTrailerMark.size());
  if (read_trailer(line.substr(0, line.size() - 1), sum.stated)) return std::nullopt;
  sum.actual = feed::byte_sum(std::as_bytes(std::span(summed)));
  return sum;
}

bool MktdtLines::next(std::string_view& line) {
  const std::size_t end = bytes_.find('\n', at_);
  if (end == std::string_view::npos) return false;
  line = bytes_.substr(at_, end - at_);
  at_ = end + 1;
  ++number_;
  return true;
}

}  // namespace indexcast::sse

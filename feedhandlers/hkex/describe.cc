#include "feedhandlers/hkex/describe.h"

#include <algorithm>
#include <concepts>
#include <string>
#include <utility>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/layout_walk.h"
#include "feedhandlers/hkex/message/utf16.h"
#include "feedhandlers/hkex/wire.h"

namespace indexcast::hkex {
namespace {

using feed::FieldSink;
using layout::Show;

// A field that carries its own number of decimals may claim any; beyond this the raw integer is
// shown.
constexpr int kPlacesMax = 18;
// NewsType of a headline and lines in UTF-16LE.
constexpr std::string_view kWideNews = "EXC";

std::string utf8_of_bytes(std::string_view bytes) {
  std::u16string units;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    units += static_cast<char16_t>(static_cast<std::uint8_t>(bytes[i]) |
                                   static_cast<std::uint8_t>(bytes[i + 1]) << 8);
  }
  return utf8_of_utf16(units);
}

bool is_blank(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0' || c == ' '; });
}

// Writes rows, one message or one entry of a group at a time.
class Writer {
 public:
  Writer(FieldSink& sink, bool wide_news) : sink_(sink), wide_news_(wide_news) {}

  template <class... Rows>
  void rows(const std::tuple<Rows...>& rows, const std::byte* at) {
    std::apply([&](const Rows&... each) { (row(each, at), ...); }, rows);
  }

  // Bytes that the tables give no name to, as hexadecimal digits: `name` and where they begin.
  void unnamed(std::string_view name, std::size_t offset, std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digits;
    for (const char c : bytes) {
      digits += kDigits[static_cast<std::uint8_t>(c) >> 4];
      digits += kDigits[static_cast<std::uint8_t>(c) & 0xf];
    }
    sink_.text(std::string(name) + std::to_string(offset), digits);
  }

 private:
  template <std::integral T, class Member>
  void row(const layout::Row<wire::Field<T>, Member>& row, const std::byte* at) {
    const T raw = row.field.of(at);
    const int places = row.places_at.offset == 0 ? row.places : row.places_at.of(at);
    if (std::same_as<T, std::int64_t> && std::cmp_equal(raw, wire::kNullInt64)) {
      sink_.null(row.name);
    } else if (row.show != Show::number && places > 0 && places <= kPlacesMax &&
               std::in_range<std::int64_t>(raw)) {
      sink_.decimal(row.name, static_cast<std::int64_t>(raw), places);
    } else {
      integer(row.name, raw);
    }
  }
  template <class Member>
  void row(const layout::Row<wire::Text, Member>& row, const std::byte* at) {
    const std::string_view value = row.field.of(at);
    if (row.show == Show::name || (row.show == Show::news && wide_news_)) {
      sink_.text(row.name, utf8_of_bytes(value));
    } else if (row.show == Show::flag) {
      sink_.text(row.name, value.front() == '\0' ? std::string_view() : value);
    } else {
      sink_.text(row.name, feed::trim_padding(value));
    }
  }
  template <class WireField>
  void row(const layout::Count<WireField>& row, const std::byte* at) {
    integer(row.name, row.field.of(at));
  }
  void row(const layout::Unused& row, const std::byte* at) {
    if (!is_blank(row.field.of(at))) unnamed("Filler", row.field.offset, row.field.of(at));
  }

  template <std::integral T>
  void integer(std::string_view name, T value) {
    if constexpr (std::signed_integral<T>) {
      sink_.integer(name, value);
    } else {
      sink_.natural(name, value);
    }
  }

  FieldSink& sink_;
  const bool wide_news_;
};

bool has_wide_news(Bytes message) {
  return wire::message::MsgType.of(message.data()) == wire::news::kType &&
         message.size() >= wire::news::kSize &&
         wire::news::NewsType.of(message.data()) == kWideNews;
}

template <class SectionType>
void describe_section(const SectionType& section, const std::byte* at, Writer& out,
                      FieldSink& sink) {
  out.rows(section.rows, at);
  if constexpr (SectionType::kHasList) {
    sink.begin_list(section.list.name);
    layout::for_each_entry(section, at, [&](const auto& list, const std::byte* entry) {
      sink.begin_item();
      out.rows(list.rows, entry);
      sink.end_item();
    });
    sink.end_list();
  }
}

template <class Message, class Sections>
void describe_as(const Sections& sections, Bytes message, FieldSink& sink) {
  std::size_t end = 0;
  if (layout::check<Message>(sections, message, &end).error != DecodeError::none) return;
  Writer out(sink, has_wide_news(message));
  layout::for_each_section(sections, message, [&](const auto& section, const std::byte* at) {
    describe_section(section, at, out, sink);
  });
  if (end == message.size()) return;
  out.unnamed("Unknown", end, feed::text_at(message.data() + end, message.size() - end));
  sink.add_undescribed(message.size() - end);
}

}  // namespace

bool has_table(std::uint16_t type) {
  return layout::visit_type(type, []<class Message>() {});
}

void describe(Bytes message, FieldSink& sink) {
  if (message.size() < wire::message::kHeaderSize) return;
  const std::uint16_t type = wire::message::MsgType.of(message.data());
  sink.natural("MsgSize", wire::message::MsgSize.of(message.data()));
  sink.natural("MsgType", type);
  layout::visit_type(type, [&]<class Message>() {
    layout::with_sections<Message>(
        message, [&](const auto& sections) { describe_as<Message>(sections, message, sink); });
  });
}

std::string_view type_name(std::uint16_t type) {
  std::string_view name;
  layout::visit_type(type, [&name]<class Message>() { name = layout::Layout<Message>::kName; });
  return name;
}

}  // namespace indexcast::hkex

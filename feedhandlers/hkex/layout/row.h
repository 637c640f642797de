// Parts of the layout tables. A message is one table: a row for every run of its bytes, in order,
// that binds a field of wire.h to its name in the specification, to the member of the struct that
// holds it, and to its format. Decoding, encoding and describing all use the table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "feedhandlers/hkex/message/text.h"
#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::layout {

// The table of a message: kType, kName, kSections (a std::tuple of Section) for each struct of
// message.h.
template <class Message>
struct Layout;

// How a value is shown. An Int64 of wire::kNullInt64 is null, whatever its row says.
enum class Show : std::uint8_t {
  number,   // an integer as it is: codes, quantities, times in ns, dates
  decimal,  // an integer of 10^-places
  text,     // characters without their padding
  flag,     // one character, where a space is a value of its own
  name,     // UTF-16LE
  news,     // characters, or UTF-16LE where NewsType says so (notes 2.21)
};

// A field and its member. `places_at`: the field of the same message that holds the number of
// decimals; offset 0 where `places` says it.
template <class WireField, class Member>
struct Row {
  std::string_view name;
  WireField field;
  Member member;  // pointer to member, or Itself
  Show show = Show::number;
  int places = 0;
  wire::Field<std::uint8_t> places_at{0};
};

// The "member" of an entry that is a single value.
struct Itself {};

// Bytes without a meaning: not read, written as zeros, shown only when they are not blank.
struct Unused {
  wire::Filler field;
};

// The number of entries of the section's list.
template <class WireField>
struct Count {
  std::string_view name;
  WireField field;
};

// Entries that follow the section's rows, as many as its Count says.
template <class Member, class... Rows>
struct List {
  std::string_view name;
  Member member;
  std::tuple<Rows...> rows;
  std::size_t entry_size;
};
struct NoList {};

// Rows side by side, whose offsets count from `begin` of the section (the message's own header in
// the first section, nothing in those that follow a list).
template <class ListType, class... Rows>
struct Section {
  std::size_t begin;
  std::tuple<Rows...> rows;
  std::size_t size;
  ListType list;

  static constexpr bool kHasList = !std::is_same_v<ListType, NoList>;
};

template <class F, class M>
constexpr auto number(std::string_view name, F field, M member) {
  return Row<F, M>{name, field, member, Show::number};
}
template <class F, class M>
constexpr auto decimal(std::string_view name, F field, M member, int places) {
  return Row<F, M>{name, field, member, Show::decimal, places};
}
// Security prices, turnover, yields, ratios: notes 3.1.
template <class F, class M>
constexpr auto price(std::string_view name, F field, M member) {
  return decimal(name, field, member, 3);
}
template <class F, class M>
constexpr auto scaled_by(std::string_view name, F field, M member,
                         wire::Field<std::uint8_t> places_at) {
  return Row<F, M>{name, field, member, Show::decimal, 0, places_at};
}
template <class M>
constexpr auto text(std::string_view name, wire::Text field, M member) {
  return Row<wire::Text, M>{name, field, member, Show::text};
}
template <class M>
constexpr auto flag(std::string_view name, wire::Text field, M member) {
  return Row<wire::Text, M>{name, field, member, Show::flag};
}
template <class M>
constexpr auto name(std::string_view name, wire::Wide field, M member) {
  return Row<wire::Wide, M>{name, field, member, Show::name};
}
template <class M>
constexpr auto news(std::string_view name, wire::Text field, M member) {
  return Row<wire::Text, M>{name, field, member, Show::news};
}
constexpr Unused unused(wire::Filler field) { return {field}; }
template <class F>
constexpr Count<F> count(std::string_view name, F field) {
  return {name, field};
}
template <class Member, class... Rows>
constexpr auto list(std::string_view name, Member member, std::size_t entry_size, Rows... rows) {
  return List<Member, Rows...>{name, member, {rows...}, entry_size};
}

// Whether a row's member holds exactly its field.
template <class T, class M, class V>
constexpr bool fits(const Row<wire::Field<T>, V M::*>&) {
  return std::is_same_v<T, V>;
}
template <class M>
constexpr bool fits(const Row<wire::Text, char M::*>& row) {
  return row.field.width == 1;
}
template <class M, std::size_t N>
constexpr bool fits(const Row<wire::Text, PaddedText<N> M::*>& row) {
  return row.field.width == N;
}
template <class M, std::size_t N>
constexpr bool fits(const Row<wire::Text, WideText<N> M::*>& row) {
  return row.field.width == N * sizeof(char16_t);
}
template <class RowType>
constexpr bool fits(const RowType&) {
  return true;  // no member to compare with
}

// True when the rows lie side by side from `begin` to `size`: every byte has exactly one row.
template <class... Rows>
constexpr bool whole(const std::tuple<Rows...>& rows, std::size_t begin, std::size_t size) {
  return std::apply([=](const Rows&... row) { return wire::packed(begin, row.field...) == size; },
                    rows);
}

// Size of the message header, which every message has.
inline constexpr std::size_t kHeaderSize = 4;

template <class ListType, class... Rows>
constexpr auto section(std::size_t begin, std::size_t size, ListType entries, Rows... rows) {
  return Section<ListType, Rows...>{begin, {rows...}, size, entries};
}
template <class... Rows>
constexpr auto fixed(std::size_t size, Rows... rows) {
  return std::tuple{section(kHeaderSize, size, NoList{}, rows...)};
}
template <class ListType, class... Rows>
constexpr auto with_list(std::size_t size, ListType entries, Rows... rows) {
  return std::tuple{section(kHeaderSize, size, entries, rows...)};
}

template <class SectionType>
constexpr bool section_whole(const SectionType& each) {
  bool entries = true;
  if constexpr (SectionType::kHasList) entries = whole(each.list.rows, 0, each.list.entry_size);
  return entries && whole(each.rows, each.begin, each.size);
}
template <class... Sections>
constexpr bool sections_whole(const std::tuple<Sections...>& sections) {
  return std::apply([](const Sections&... each) { return (section_whole(each) && ...); }, sections);
}

}  // namespace indexcast::hkex::layout

// Goes through the bytes of a message by its table.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/layout.h"

namespace indexcast::hkex::layout {

// The value that a row's member names.
template <class Message, class V, class M>
auto& held(Message& message, V M::*member) {
  return message.*member;
}
template <class Entry>
auto& held(Entry& entry, Itself) {
  return entry;
}

// How many entries the section's Count, whose rows begin at `at`, says.
template <class RowType>
constexpr std::size_t count_in(const RowType&, const std::byte*) {
  return 0;
}
template <class F>
std::size_t count_in(const Count<F>& row, const std::byte* at) {
  return row.field.of(at);
}
template <class SectionType>
std::size_t entry_count(const SectionType& section, const std::byte* at) {
  return std::apply([at](const auto&... row) { return (count_in(row, at) + ...); }, section.rows);
}
template <class RowType>
constexpr std::size_t offset_in(const RowType&) {
  return 0;
}
template <class F>
constexpr std::size_t offset_in(const Count<F>& row) {
  return row.field.offset;
}
template <class SectionType>
constexpr std::size_t count_offset(const SectionType& section) {
  return std::apply([](const auto&... row) { return (offset_in(row) + ...); }, section.rows);
}

// visit(section, first byte that its offsets count from) for every section of a message that has
// passed check().
template <class Sections, class Visit>
void for_each_section(const Sections& sections, Bytes message, Visit&& visit) {
  const std::byte* at = message.data();
  std::apply(
      [&](const auto&... section) {
        const auto step = [&](const auto& each) {
          visit(each, at);
          if constexpr (std::remove_reference_t<decltype(each)>::kHasList) {
            at += entry_count(each, at) * each.list.entry_size;
          }
          at += each.size;
        };
        (step(section), ...);
      },
      sections);
}

// visit(list, first byte of the entry) for every entry of a section that begins at `at`.
template <class SectionType, class Visit>
void for_each_entry(const SectionType& section, const std::byte* at, Visit&& visit) {
  if constexpr (SectionType::kHasList) {
    const std::size_t count = entry_count(section, at);
    const std::byte* entry = at + section.size;
    for (std::size_t i = 0; i < count; ++i, entry += section.list.entry_size) {
      visit(section.list, entry);
    }
  }
}

// One section from `begin` on, which moves to its end.
template <class Message, class SectionType>
MessageFault check_section(const SectionType& section, Bytes message, std::size_t& begin) {
  if (message.size() - begin < section.size) return {DecodeError::truncated, message.size()};
  const std::byte* at = message.data() + begin;
  const std::size_t end = begin + section.size;
  if constexpr (SectionType::kHasList) {
    using Entries = std::remove_reference_t<decltype(std::declval<Message>().*section.list.member)>;
    const std::size_t count = entry_count(section, at);
    const std::size_t counted_at = begin + count_offset(section);
    if (count * section.list.entry_size > message.size() - end) {
      return {DecodeError::bad_count, counted_at};
    }
    if (count > Entries::kCapacity) return {DecodeError::oversized, counted_at};
    begin = end + count * section.list.entry_size;
  } else {
    begin = end;
  }
  return {};
}

// Whether the message holds every section. `end`, if asked for, becomes the first byte after them.
template <class Message, class Sections>
MessageFault check(const Sections& sections, Bytes message, std::size_t* end = nullptr) {
  MessageFault fault;
  std::size_t begin = 0;
  std::apply(
      [&](const auto&... section) {
        (void)(((fault = check_section<Message>(section, message, begin)).error ==
                DecodeError::none) &&
               ...);
      },
      sections);
  if (end != nullptr) *end = begin;
  return fault;
}

template <class Message>
inline constexpr bool kHasLists = std::apply(
    [](const auto&... section) {
      return (std::remove_reference_t<decltype(section)>::kHasList || ...);
    },
    Layout<Message>::kSections);

// use(sections) with those of a layout of the Security Definition.
template <class Use>
auto with_sections(DefinitionLayout layout, Use&& use) {
  switch (layout) {
    case DefinitionLayout::bytes_280:
      return use(Layout<SecurityDefinition>::kSections280);
    case DefinitionLayout::bytes_464:
      return use(Layout<SecurityDefinition>::kSections464);
    case DefinitionLayout::bytes_544:
      break;
  }
  return use(Layout<SecurityDefinition>::kSections);
}

// use(sections) with those that fit the message; a Security Definition shorter than any layout is
// held against the current one.
template <class Message, class Use>
auto with_sections(Bytes message, Use&& use) {
  if constexpr (std::is_same_v<Message, SecurityDefinition>) {
    return with_sections(definition_layout(message).value_or(DefinitionLayout::bytes_544), use);
  } else {
    return use(Layout<Message>::kSections);
  }
}

}  // namespace indexcast::hkex::layout

// Random OMD-C messages of any type, made from the same tables that decode them: every field takes
// every value that it can.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <random>
#include <tuple>

#include "feedhandlers/hkex/layout_walk.h"

namespace indexcast::hkex::test {

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t number() { return engine_(); }
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }

  // A message of a random type: visit(message).
  template <class Visit>
  void any(Visit&& visit) {
    visit_one(below(count(layout::AllMessages{})), visit, layout::AllMessages{});
  }

  // Fits into a packet by itself.
  template <class Message>
  Message of() {
    Message message;
    if constexpr (std::is_same_v<Message, SecurityDefinition>) {
      message.layout = static_cast<DefinitionLayout>(below(3));
      layout::with_sections(message.layout, [&](const auto& sections) { fill(sections, message); });
    } else {
      fill(layout::Layout<Message>::kSections, message);
    }
    return message;
  }

 private:
  template <class... Messages>
  static constexpr std::uint32_t count(layout::TypeList<Messages...>) {
    return sizeof...(Messages);
  }
  // Lists are short most of the time. The longest of News, three at once, stay within a packet.
  static constexpr std::uint32_t kEntriesMax = 5;

  template <class Visit, class... Messages>
  void visit_one(std::uint32_t at, Visit&& visit, layout::TypeList<Messages...>) {
    std::uint32_t i = 0;
    ((i++ == at ? visit(of<Messages>()) : void()), ...);
  }

  template <class Sections, class Message>
  void fill(const Sections& sections, Message& message) {
    std::apply([&](const auto&... section) { (fill_section(section, message), ...); }, sections);
  }
  template <class SectionType, class Message>
  void fill_section(const SectionType& section, Message& message) {
    fill_rows(section.rows, message);
    if constexpr (SectionType::kHasList) {
      auto& entries = message.*section.list.member;
      for (std::uint32_t left = below(kEntriesMax + 1); left > 0; --left) {
        typename std::remove_reference_t<decltype(entries)>::Entry entry{};
        fill_rows(section.list.rows, entry);
        entries.push_back(entry);
      }
    }
  }
  template <class... Rows, class Message>
  void fill_rows(const std::tuple<Rows...>& rows, Message& message) {
    std::apply([&](const Rows&... row) { (fill_row(row, message), ...); }, rows);
  }
  template <class F, class Member, class Message>
  void fill_row(const layout::Row<F, Member>& row, Message& message) {
    fill_value(layout::held(message, row.member));
  }
  template <class RowType, class Message>
  void fill_row(const RowType&, Message&) {}

  // Small, largest and any.
  template <std::integral T>
  void fill_value(T& value) {
    const std::uint32_t kind = below(4);
    value = static_cast<T>(kind == 0 ? below(3) : number());
    if (kind == 1) value = std::numeric_limits<T>::max();
    if (kind == 2) value = std::numeric_limits<T>::min();
  }
  template <std::size_t N>
  void fill_value(PaddedText<N>& text) {
    for (char& c : text.characters) c = static_cast<char>(number());
  }
  template <std::size_t N>
  void fill_value(WideText<N>& text) {
    for (char16_t& unit : text.units) unit = static_cast<char16_t>(number());
  }

  std::mt19937_64 engine_;
};

}  // namespace indexcast::hkex::test

// What a person may ask for, as a table: a new operation is a line here and its work in the core.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "calc/control.h"
#include "server/view/enum_names.h"

namespace indexcast::server {

enum class TargetKind : std::uint8_t { index, instrument, series };

inline constexpr std::array<std::string_view, 3> kTargetKindNames{"index", "instrument", "series"};

// What the value of a request is, and so its places (fixed_point.h; a level has its index's).
enum class ValueKind : std::uint8_t { none, flag, price, rate, level, version };

struct Operation {
  std::string_view name;
  ControlOp op{};
  TargetKind target{};
  ValueKind value = ValueKind::none;
  bool of_range = false;  // says which sequences of the index it is about
  std::string_view help;  // what it does, for the command line
};

constexpr Operation operation(ControlOp op, TargetKind target, ValueKind value, bool of_range,
                              std::string_view help) {
  return {kControlOpNames[static_cast<std::size_t>(op)], op, target, value, of_range, help};
}

inline constexpr std::array kOperations{
    operation(ControlOp::hold, TargetKind::index, ValueKind::none, false,
              "its level stays until released"),
    operation(ControlOp::release, TargetKind::index, ValueKind::none, false, "ends a hold"),
    operation(ControlOp::exceptional_rule, TargetKind::index, ValueKind::flag, false,
              "1 sets the flag, 0 takes it away"),
    operation(ControlOp::correct_close, TargetKind::index, ValueKind::level, true,
              "the close that should have been published"),
    operation(ControlOp::override_price, TargetKind::instrument, ValueKind::price, false,
              "outranks feed and collar until released or the close"),
    operation(ControlOp::release_price, TargetKind::instrument, ValueKind::none, false,
              "ends an override"),
    operation(ControlOp::accept_price, TargetKind::instrument, ValueKind::none, false,
              "the pending price is right"),
    operation(ControlOp::refuse_price, TargetKind::instrument, ValueKind::none, false,
              "the pending price is wrong"),
    operation(ControlOp::confirm_reference, TargetKind::instrument, ValueKind::none, false,
              "the exchange's previous close is right"),
    operation(ControlOp::override_rate, TargetKind::series, ValueKind::rate, false,
              "outranks its sources until released or the last close"),
    operation(ControlOp::release_rate, TargetKind::series, ValueKind::none, false,
              "ends an override"),
    operation(ControlOp::accept_rate, TargetKind::series, ValueKind::none, false,
              "the rate beyond the guard is right"),
    operation(ControlOp::refuse_rate, TargetKind::series, ValueKind::none, false,
              "the rate beyond the guard is wrong"),
    operation(ControlOp::activate, TargetKind::index, ValueKind::version, false,
              "a version of its definition from days.directory, which must give the same level"),
    operation(ControlOp::set_day_fx, TargetKind::series, ValueKind::rate, false,
              "the rate that the day starts at, such as a morning fixing; before the open"),
    operation(ControlOp::lift_guard, TargetKind::index, ValueKind::flag, false,
              "ends its level guard; 1: high and low include the levels under it, 0: they do not"),
};

// Null when there is none of this name.
constexpr const Operation* find_operation(std::string_view name) {
  for (const Operation& each : kOperations) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

constexpr std::size_t number_of(const Operation& operation) {
  return static_cast<std::size_t>(&operation - kOperations.data());
}

}  // namespace indexcast::server

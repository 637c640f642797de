// What an operator asks of the core (METHODOLOGY 7), and what became of it.
//
// A request is a MarketEvent of kind `control`, so that it is numbered and journaled like any other
// input. Who asked and why stays outside the core, under the request's id.
//
//   detail              ControlOp
//   instrument          the target: an index, an instrument or an FX series, as the operation says
//   value[0]            price 1e-6, rate 1e-8, level in the index's decimals, or 0 and 1
//                       of `activate` the definition's version
//   value[1], value[2]  first and last sequence that a correction is about; of `activate` the
//                       number of the staged definition set, and its digest
//   channel             RequestMode of a request that is_judged()
//   expected_version()  controls applied to the target so far, as the asker knows them
//   feed_sequence       the request's id
//   exchange_time       when the request expires, compared with its own receive_time; zero: never
#pragma once

#include <cstddef>
#include <cstdint>

namespace indexcast {

enum class ControlOp : std::uint8_t {
  hold = 0,               // index: its level stays until released
  release = 1,            // index
  exceptional_rule = 2,   // index: 1 sets the flag, 0 takes it away
  correct_close = 3,      // index: the close that should have been published
  override_price = 4,     // instrument: outranks feed and collar until released or the close
  release_price = 5,      // instrument
  accept_price = 6,       // instrument: the pending price is right
  refuse_price = 7,       // instrument: the pending price is wrong
  confirm_reference = 8,  // instrument: the exchange's previous close is right
  override_rate = 9,      // series: outranks its sources until released or the last close
  release_rate = 10,      // series
  accept_rate = 11,       // series: the rate beyond the guard is right
  refuse_rate = 12,       // series
  activate = 13,          // index: a new version of its definition, staged before
  lift_guard = 14,        // index: 1 counts the levels under its guard for high and low, 0 does not
  set_day_fx = 15,        // series: the rate that the day starts at, before the open
};
inline constexpr std::size_t kControlOpCount = 16;

constexpr bool is_of_index(ControlOp op) {
  return op <= ControlOp::correct_close || op == ControlOp::activate || op == ControlOp::lift_guard;
}
constexpr bool is_of_instrument(ControlOp op) {
  return op >= ControlOp::override_price && op <= ControlOp::confirm_reference;
}

// Requests whose value is judged before it applies: the core first says what each level would be
// (ControlEffect), and a value too far from what it believes needs RequestMode::force.
constexpr bool is_judged(ControlOp op) {
  switch (op) {
    case ControlOp::correct_close:
    case ControlOp::override_price:
    case ControlOp::accept_price:
    case ControlOp::refuse_price:
    case ControlOp::confirm_reference:
    case ControlOp::override_rate:
    case ControlOp::accept_rate:
    case ControlOp::refuse_rate:
    case ControlOp::set_day_fx:
      return true;
    default:
      return false;
  }
}

enum class RequestMode : std::uint8_t {
  careful = 0,  // refused where the value needs force
  force = 1,
  preview = 2,  // says the effects and changes nothing
};

// The asker did not look: for what stands in a configuration.
inline constexpr std::uint32_t kAnyVersion = 0xffff'ffff;

enum class ControlOutcome : std::uint8_t {
  applied = 0,
  unknown_target = 1,
  stale_version = 2,  // somebody else was first
  expired = 3,
  nothing_to_do = 4,  // not held, not overridden, nothing pending, or so already
  bad_value = 5,
  not_staged = 6,     // no such version, or not built on what is in force
  level_differs = 7,  // the new definition would move the level of this moment
  needs_force = 8,    // the value is far from what the core believes
  previewed = 9,      // its effects were said, as asked, and nothing changed
  too_late = 10,      // an index that it would move has opened
};
inline constexpr std::size_t kControlOutcomeCount = 11;

}  // namespace indexcast

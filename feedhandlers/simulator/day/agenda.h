// What will happen, in order of time; what falls together happens in the order it was arranged.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "feedhandlers/market/venue.h"
#include "feedhandlers/simulator/day/session_plan.h"

namespace indexcast::sim {

enum class Task : std::uint8_t {
  start,       // the venue begins to speak
  reference,   // its reference data and images
  step,        // the session plan moves on
  transition,  // one security follows
  tick,        // orders or a trade in one security
  halt,        // `detail`: Halt
  resume,
  end_interruption,
  fault,   // `detail`: its place in the plan
  second,  // the venue's periodic messages
  grid,    // mainland snapshots on a grid
};

struct Appointment {
  Micros time = 0;
  feed::Venue venue = feed::Venue::sse;
  Task task = Task::second;
  std::uint32_t security = 0;  // its place in the market
  std::uint32_t detail = 0;    // transition: Phase; tick: the round it belongs to
};

class Agenda {
 public:
  void arrange(const Appointment& appointment) { queue_.push({appointment, next_++}); }
  bool empty() const { return queue_.empty(); }
  Micros next_time() const { return queue_.top().appointment.time; }
  Appointment take() {
    const Appointment first = queue_.top().appointment;
    queue_.pop();
    return first;
  }

 private:
  struct Entry {
    Appointment appointment;
    std::uint64_t order = 0;
    // The standard queue puts the greatest first.
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.appointment.time != b.appointment.time ? a.appointment.time > b.appointment.time
                                                      : a.order > b.order;
    }
  };

  std::priority_queue<Entry> queue_;
  std::uint64_t next_ = 0;
};

}  // namespace indexcast::sim

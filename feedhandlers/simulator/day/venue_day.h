// One venue's day: carries out the agenda's tasks on its market and calls its publisher.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "feedhandlers/market/venue.h"
#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/faults/random.h"

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

// Orders coming tasks by time. Tasks of the same time keep the order in which they were added.
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

// Carries out the agenda's tasks on one venue's market, its faults included, and calls its
// publisher.
class VenueDay {
 public:
  // `settings`, `agenda` and `faults` outlive the day. Arranges the whole plan of a day of `kind`,
  // which is not absent; nothing has happened yet.
  VenueDay(const Settings& settings, Agenda& agenda, FaultBook& faults, feed::Venue venue,
           VenueDayKind kind, std::vector<SimulatedSecurity> securities,
           std::unique_ptr<Publisher> publisher);

  void perform(const Appointment& appointment);
  void flush(Micros now) { publisher_->flush(now); }

  const Market& market() const { return market_; }
  std::uint64_t halts() const { return halts_; }

 private:
  void arrange_day();
  void arrange_halt(std::uint32_t place);
  void arrange_tick(std::uint32_t place, Micros now);
  void arrange(Micros time, Task task, std::uint32_t place = 0, std::uint32_t detail = 0);

  void take_step(Micros now);
  void transition(std::uint32_t place, Phase phase, Micros now);
  void tick(std::uint32_t place, Micros now);
  void halt(std::uint32_t place, Halt kind, Micros now);
  void resume(std::uint32_t place, Micros now);
  void end_interruption(std::uint32_t place, Micros now);

  // Faults. Each of the four answers whether it happened.
  void arrange_faults();
  void draw_securities(std::size_t fault, const std::function<void(SimulatedSecurity&)>& strike);
  void follow_slumps(Micros now);
  bool no_match(const SimulatedSecurity& security, Micros now);
  void try_fault(std::size_t fault, Micros now);
  bool carry_out(const Fault& fault, std::uint32_t place, Micros now);
  bool halt_for(std::uint32_t place, Micros length, Micros now);
  bool interrupt(std::uint32_t place, Micros length, Micros now);
  bool cancel_trade(std::uint32_t place, Micros now);
  bool zero_price(std::uint32_t place, Micros now);
  void second(Micros now);
  void publish_grid(Micros now);
  void changed(std::uint32_t place, Micros now);

  const Settings& settings_;
  Agenda& agenda_;
  FaultBook& faults_;
  const VenueDayKind kind_;
  Random random_;
  Market market_;
  std::unique_ptr<Publisher> publisher_;
  std::vector<SessionStep> plan_;
  std::size_t next_step_ = 0;
  std::uint32_t round_ = 0;  // ticks arranged before the last change of phase are void
  std::vector<bool> dirty_;  // changed since the last grid instant
  Micros grid_ = 0;          // 0: on every change
  Micros mean_tick_ = 0;     // between two ticks of one security
  Micros quantum_ = 1;       // ticks fall on multiples of this
  std::uint64_t halts_ = 0;
};

}  // namespace indexcast::sim

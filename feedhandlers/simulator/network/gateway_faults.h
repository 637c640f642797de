// What goes wrong at one gateway of the mainland, on exchange time: the questions that its sessions
// and connections ask before they do the right thing. All of its connections share it. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/simulator/faults/fault_book.h"

namespace indexcast::sim {

class GatewayFaults {
 public:
  // `book` outlives this. `place` is the gateway's in its venue's list, from 1: the channel of its
  // faults. Only a `realtime` one has logouts and images at instants of the plan.
  GatewayFaults(FaultBook& book, feed::Venue venue, std::uint32_t place, bool realtime = true);

  feed::Venue venue() const { return venue_; }
  // Exchange time has come this far.
  void on_time(TimeNs exchange_now) { now_ms_ = china_time_of_day_ms(exchange_now); }

  // A new connection, or a message on one: it says nothing any more.
  bool stuck() { return book_.strike(FaultKind::stuck, here()) != nullptr; }
  // A good logon is refused all the same: the code to refuse it with, 0 for the venue's own.
  std::optional<std::int64_t> refuse_logon();
  // A heartbeat that is due stays away.
  bool heartbeat_missing() {
    return book_.strike(FaultKind::heartbeats_missing, here()) != nullptr;
  }
  // The next message carries a wrong checksum.
  bool bad_checksum() { return book_.strike(FaultKind::bad_checksum, here()) != nullptr; }
  // So many message numbers are left out before the next message.
  std::uint64_t sequence_jump();
  // The connection breaks inside a message of `size` bytes, after so many of them: `amount` the
  // first time and one more each further time, as far as messages are long enough.
  std::optional<std::size_t> cut(std::size_t size);
  // So many real milliseconds the next message takes.
  std::optional<std::int64_t> slow_ms();

  // Shenzhen: a tick of this channel is not sent, though the resend session has it.
  bool tick_lost(std::uint32_t channel) {
    return book_.strike(FaultKind::tick_loss, {venue_, channel, now_ms_, 0}) != nullptr;
  }
  // The resend session's answers: the status to refuse with, how many messages are sent at most,
  // how many real milliseconds the answer takes.
  std::optional<std::uint8_t> resend_refusal();
  std::optional<std::int64_t> resend_limit();
  std::optional<std::int64_t> resend_ms();

  // Instants that have come; the same answer until `happened`.
  // Log all clients out with this code. Asked for several times, the codes that the venue's
  // protocol documents follow one another, from `amount` on.
  std::optional<std::int64_t> logout_due();
  // Send the image of another day.
  struct WrongDay {
    std::uint32_t security = 0;  // 0: any
    std::int64_t days = 0;       // before the trade date
    std::size_t draw = 0;        // for the choice of a security
  };
  std::optional<WrongDay> wrong_day_due();
  // Called when one was carried out, since it needs an image to be there and clients to see it.
  void happened(FaultKind kind);

 private:
  // The instants of one fault, and how many of them are done.
  struct Schedule {
    std::size_t fault = 0;
    std::vector<std::int64_t> instants;
    std::size_t next = 0;
  };

  std::optional<std::int64_t> struck_amount(FaultKind kind);
  Opportunity here() const { return {venue_, place_, now_ms_, 0}; }
  Schedule* due(FaultKind kind);

  FaultBook& book_;
  feed::Venue venue_;
  std::uint32_t place_;
  std::int64_t now_ms_ = 0;
  std::vector<Schedule> schedules_;
};

}  // namespace indexcast::sim

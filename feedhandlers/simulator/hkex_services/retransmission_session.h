// One client of HKEX's retransmission service, without the socket: the same object serves a live
// client and a test in virtual time (notes 1.5). One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "feedhandlers/session/stream_handler.h"
#include "feedhandlers/simulator/hkex_services/retransmission_state.h"

namespace indexcast::sim {

class RetransmissionSession {
 public:
  // The connection to one of the servers is up at `now`. `state` outlives the session.
  RetransmissionSession(RetransmissionState& state, TimeNs now);
  ~RetransmissionSession();
  RetransmissionSession(const RetransmissionSession&) = delete;
  RetransmissionSession& operator=(const RetransmissionSession&) = delete;

  // Bytes from the client, cut anywhere. False: close once `out` is sent.
  bool on_bytes(feed::Bytes bytes, TimeNs now, feed::Outbox& out);
  // Time passed: heartbeats, their echo, the logon's deadline, slow answers. False: the same.
  bool on_time(TimeNs now, feed::Outbox& out);

  bool logged_on() const { return user_.has_value(); }

 private:
  // Bytes that leave when their time has come.
  struct Answer {
    TimeNs due;
    std::vector<std::byte> bytes;
    bool closes = false;
  };

  bool on_packet(feed::Bytes packet, TimeNs now);
  bool on_logon(feed::Bytes message, TimeNs now);
  void on_request(const RetransmissionRange& range, TimeNs now);
  std::uint8_t refusal(const RetransmissionRange& range);
  void serve(const RetransmissionRange& range, TimeNs now);
  void respond(const RetransmissionRange& range, std::uint8_t status, TimeNs now);
  void cut_answer(std::size_t first, std::int64_t bytes);
  void answer(std::vector<std::byte> bytes, TimeNs due) {
    answers_.push_back({due, std::move(bytes), false});
  }
  bool release(TimeNs now, feed::Outbox& out);
  bool end();

  RetransmissionState& state_;
  std::vector<std::byte> received_;  // an unfinished packet
  std::deque<Answer> answers_;
  std::optional<std::string> user_;
  bool refused_ = false;
  TimeNs logon_deadline_;
  TimeNs next_heartbeat_;
  std::optional<TimeNs> echo_deadline_;
};

}  // namespace indexcast::sim

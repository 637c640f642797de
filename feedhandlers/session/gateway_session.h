// A session with a mainland gateway: the part that the TCP interfaces of SSE (IS120 2.2) and SZSE
// (S117 1.4) have in common. The venue adds its framing and its messages.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/snapshot_state.h"
#include "feedhandlers/market/staleness_monitor.h"
#include "feedhandlers/session/liveness.h"
#include "feedhandlers/session/session_notice.h"
#include "feedhandlers/session/stream_framer.h"
#include "feedhandlers/session/stream_handler.h"

namespace indexcast::feed {

// A frame as its session sees it.
struct SessionMessage {
  enum class Kind : std::uint8_t {
    application,  // market data: the venue's own business
    logon,
    logout,
    heartbeat,  // of the session or of something behind it: proof of life and no more
    other,      // a session message that asks nothing of us
    malformed,
  };
  Kind kind = Kind::application;
  std::int64_t heartbeat_s = 0;  // logon: the interval agreed on
  Reconnect reconnect{};         // logout: what its status asks for
  std::int64_t status = 0;       // logout: SessionStatus
  std::string_view meaning{};    // logout: of the status, static text
  std::string_view text{};       // logout: in the frame
  std::string_view sender{};     // logon: names in the frame. No document defines the names in an
  std::string_view target{};     // answer, so they go to the log and never refuse it.
};

// A logout of ours: the one that begins the exchange, or the answer to the gateway's.
enum class LogoutRole : std::uint8_t { begins, answers };

struct GatewaySessionSettings {
  std::int64_t heartbeat_s = 3;  // asked for; the peer is dead after twice the agreed interval
  // Without market data, or without progress of its exchange time, for so long while the market
  // trades, the session is stale (staleness_monitor.h).
  std::int64_t stale_after_ns = 30 * kNsPerSecond;
  LagLimits lag{};
};

// States: down -> connecting (our logon is out) -> logged on (it was answered) -> down. A session
// that is logged on is `recovering` after the logon and after a silence, and `gap` after a loss
// within the session, until the round of images is complete (snapshot_state.h); then `live`.
// `stale` by the rule of staleness_monitor.h. After a pause of this process it is `recovering`
// until the socket was read empty and the channel does not lag, and so it is while its clock
// differs more than plausible.
//
// `Framing` is that of StreamFramer. `Venue` derives from this and provides, callable from here:
//   begin_session(bool watched)         numbers start again; watched: from any number
//   send_logon(now, out), send_heartbeat(now, out), send_logout(now, LogoutRole, out)
//   read_session(Bytes frame)           SessionMessage of a frame with a good checksum
//   follow_sequence(Bytes frame)        how many messages are missing before it; empty when the
//                                       frame has no place behind the last one
//   note_data(Bytes frame, now, StalenessMonitor&)   optional: passes to the monitor whether an
//                                       application message is market data, and its time;
//                                       false when its stamp is not believed
//   on_channel_time(ChannelTime, now)   optional: reports the channel's time to the core
//   on_application(Bytes frame, now)    FeedCounter of its outcome, one of five, or an optional of
//                                       it: empty when the venue counts it later
//   on_heartbeat(Bytes frame, now)      optional: reads further contents of a heartbeat
//   market_trades()                     whether market data is due
//   begin_round(), round_complete()     whether each security had an image since the round began
//   on_state(FeedState, bool by_security, now)   announces a state (snapshot_state.h)
//
// One thread; allocates at construction only.
template <class Venue, class Framing>
class GatewaySession : public StreamHandler {
 public:
  void use_gateway(std::size_t place) override { gateway_ = place; }

  void on_connected(TimeNs now, Outbox& out) override {
    counters_.add(FeedCounter::connects);
    framer_.restart();
    watching_ = false;
    ended_here_ = false;
    reconnect_ = {};
    liveness_.start(now, settings_.heartbeat_s);
    venue().begin_session(false);
    enter(FeedState::connecting, now);
    venue().send_logon(now, out);
    liveness_.sent(now);
  }

  bool on_bytes(Bytes bytes, TimeNs now, Outbox& out) override {
    ended_here_ = !feed(bytes, now, &out);
    return !ended_here_;
  }

  bool on_time(TimeNs now, Outbox& out) override {
    if (link_ == FeedState::down) return true;
    if (liveness_.peer_dead(now)) {
      ended_here_ = true;
      if (link_ == FeedState::connecting) report_unanswered(SessionNotice::Kind::unanswered);
      return false;
    }
    if (link_ == FeedState::live && liveness_.heartbeat_due(now)) {
      venue().send_heartbeat(now, out);
      liveness_.sent(now);
    }
    update_state(now);
    return true;
  }

  TimeNs due(TimeNs now) const override { return now + kQuietPollNs; }

  void on_leaving(TimeNs now, Outbox& out) override {
    if (link_ == FeedState::live) venue().send_logout(now, LogoutRole::begins, out);
  }

  void on_disconnected(TimeNs now) override {
    counters_.add(FeedCounter::disconnects);
    if (link_ == FeedState::connecting && !ended_here_) {
      report_unanswered(SessionNotice::Kind::closed_unanswered);
    }
    if (framer_.restart()) counters_.add(FeedCounter::malformed);
    watching_ = false;
    enter(FeedState::down, now);
  }

  void on_paused(TimeNs now) override {
    if (link_ == FeedState::live) data_.on_paused();
    update_state(now);
  }

  void on_drained(TimeNs now) override {
    data_.on_drained();
    update_state(now);
  }

  void on_captured(Bytes bytes, TimeNs now, bool after_gap) override {
    if (!watching_ || after_gap) {
      if (framer_.lose_step()) counters_.add(FeedCounter::malformed);
      lose(FeedState::gap, now);
    }
    if (!watching_) venue().begin_session(true);
    watching_ = true;
    feed(bytes, now, nullptr);
    update_state(now);
  }

  FeedState state() const override { return state_.state(); }
  FeedCounters& counters() override { return counters_; }
  Reconnect reconnect() const override { return reconnect_; }
  bool take_notice(SessionNotice& out) override { return notices_.take(out); }

 protected:
  // `shared`: counters of a feed that has several sessions; they outlive this.
  explicit GatewaySession(const GatewaySessionSettings& settings, FeedCounters* shared = nullptr)
      : counters_(shared != nullptr ? *shared : own_counters_),
        settings_(settings),
        data_(settings.stale_after_ns, settings.lag) {}

  // The place of the gateway in the list.
  std::size_t gateway() const { return gateway_; }

  void on_heartbeat(Bytes, TimeNs) {}
  bool note_data(Bytes, TimeNs, StalenessMonitor&) { return true; }
  void on_channel_time(const ChannelTime&, TimeNs) {}

 private:
  FeedCounters own_counters_;

 protected:
  FeedCounters& counters_;

 private:
  // Receives frames from the framer; without an outbox the session only watches.
  struct Frames {
    GatewaySession& session;
    TimeNs now;
    Outbox* out;
    bool frame(Bytes bytes) { return session.on_frame(bytes, now, out); }
    void skipped(DecodeError) { session.damaged(now); }
    void passed_over() { session.counters_.add(FeedCounter::filtered); }
  };

  // Adapter that gives the snapshot state access to the venue's private functions.
  struct Round {
    Venue& venue;
    void begin_round() { venue.begin_round(); }
    bool round_complete() const { return venue.round_complete(); }
    void on_state(FeedState state, bool by_security, TimeNs now) {
      venue.on_state(state, by_security, now);
    }
  };

  Venue& venue() { return static_cast<Venue&>(*this); }

  bool feed(Bytes bytes, TimeNs now, Outbox* out) {
    counters_.add(FeedCounter::packets);
    counters_.add(FeedCounter::bytes, bytes.size());
    Frames frames{*this, now, out};
    return framer_.feed(bytes, frames);
  }

  bool on_frame(Bytes frame, TimeNs now, Outbox* out) {
    if (!Framing::intact(frame)) return damaged(now), true;
    const SessionMessage message = venue().read_session(frame);
    // Watched, a new session shows by its logon alone.
    if (out == nullptr && message.kind == SessionMessage::Kind::logon) venue().begin_session(true);
    const std::optional<std::uint64_t> lost = venue().follow_sequence(frame);
    if (!lost) return counters_.add(FeedCounter::malformed), true;
    liveness_.received(now);
    if (*lost != 0) count_lost(*lost, now);
    if (out == nullptr) enter(FeedState::live, now);
    return on_message(message, frame, now, out);
  }

  bool on_message(const SessionMessage& message, Bytes frame, TimeNs now, Outbox* out) {
    switch (message.kind) {
      case SessionMessage::Kind::application:
        on_application(frame, now);
        return true;
      case SessionMessage::Kind::logon:
        return on_logon(message, now);
      case SessionMessage::Kind::logout:
        return on_logout(message, now, out);
      case SessionMessage::Kind::heartbeat:
        counters_.add(FeedCounter::heartbeats);
        venue().on_heartbeat(frame, now);
        return true;
      case SessionMessage::Kind::other:
        counters_.add(FeedCounter::session_messages);
        return true;
      case SessionMessage::Kind::malformed:
        counters_.add(FeedCounter::malformed);
        return link_ == FeedState::live;  // anything but an answer to our logon ends the attempt
    }
    return true;
  }

  void on_application(Bytes frame, TimeNs now) {
    // The gateway answers our logon first; before that it has no business with prices.
    if (link_ != FeedState::live) return counters_.add(FeedCounter::rejected);
    if (!venue().note_data(frame, now, data_)) {
      counters_.add(FeedCounter::stamps_ahead);
      return counters_.add(FeedCounter::rejected);
    }
    // The images that follow are of an earlier time, and so may be those of every security.
    if (data_.take_step_back()) state_.lose(FeedState::recovering);
    update_state(now);
    const std::optional<FeedCounter> outcome = venue().on_application(frame, now);
    if (outcome) counters_.add(*outcome);
    // The message may have ended trading, after which silence is not stale, or completed the round.
    if (state_.state() != FeedState::live) update_state(now);
  }

  bool on_logon(const SessionMessage& message, TimeNs now) {
    counters_.add(FeedCounter::session_messages);
    liveness_.set_interval(message.heartbeat_s);
    enter(FeedState::live, now);
    SessionNotice notice;
    notice.kind = SessionNotice::Kind::logged_on;
    SessionNotice::copy(message.sender, notice.sender);
    SessionNotice::copy(message.target, notice.target);
    report(notice);
    return true;
  }

  // A refusal of our logon, or the gateway's own logout, which is answered.
  bool on_logout(const SessionMessage& message, TimeNs now, Outbox* out) {
    counters_.add(FeedCounter::session_messages);
    if (out == nullptr) return true;
    reconnect_ = message.reconnect;
    SessionNotice notice;
    notice.number = message.status;
    notice.meaning = message.meaning;
    SessionNotice::copy(message.text, notice.text);
    if (link_ == FeedState::live) {
      notice.kind = SessionNotice::Kind::logged_out;
      venue().send_logout(now, LogoutRole::answers, *out);
    } else {
      notice.kind = SessionNotice::Kind::refused;
      counters_.add(FeedCounter::logons_refused);
    }
    report(notice);
    return false;
  }

  void report_unanswered(SessionNotice::Kind kind) {
    counters_.add(FeedCounter::logons_unanswered);
    SessionNotice notice;
    notice.kind = kind;
    report(notice);
  }

  // Posts a notice. A failed attempt is not reported when the previous attempt at the same gateway
  // failed in the same way, because attempts repeat while the cause lasts.
  void report(SessionNotice& notice) {
    Reported& last = reported_[gateway_ % reported_.size()];
    const Reported now{true, notice.kind, notice.number};
    if (is_warning(notice) && last == now) return;
    last = now;
    notice.gateway = static_cast<std::uint32_t>(gateway_);
    notices_.post(notice);
  }

  // Bytes that were no message: an image may have been among them.
  void damaged(TimeNs now) {
    counters_.add(FeedCounter::malformed);
    lose(FeedState::gap, now);
  }

  void count_lost(std::uint64_t lost, TimeNs now) {
    counters_.add(FeedCounter::gaps);
    counters_.add(FeedCounter::sequence_lost, lost);
    lose(FeedState::gap, now);
  }

  // From here on every price may be old until its security has a new image.
  void lose(FeedState settling, TimeNs now) {
    state_.lose(settling);
    update_state(now);
  }

  void enter(FeedState link, TimeNs now) {
    if (link_ == link) return;
    link_ = link;
    data_.start(now);
    if (link == FeedState::live) lose(FeedState::recovering, now);
    update_state(now);
  }

  void update_state(TimeNs now) {
    const Staleness staleness =
        link_ == FeedState::live ? data_.staleness(now, venue().market_trades()) : Staleness::none;
    state_.pause(data_.in_doubt());
    if (const auto time = data_.take_time(now)) venue().on_channel_time(*time, now);
    Round round{venue()};
    state_.update(link_, staleness, round, now);
  }

  // The last notice about a gateway.
  struct Reported {
    bool any = false;
    SessionNotice::Kind kind{};
    std::int64_t number = 0;
    friend bool operator==(const Reported&, const Reported&) = default;
  };
  // A site has a handful of gateways; further ones share a place.
  static constexpr std::size_t kReportedGateways = 16;

  const GatewaySessionSettings settings_;
  std::size_t gateway_ = 0;
  bool ended_here_ = false;  // this side ended the session, and not the gateway
  std::array<Reported, kReportedGateways> reported_{};
  NoticeQueue notices_;
  StreamFramer<Framing> framer_;
  Liveness liveness_;
  Reconnect reconnect_;
  FeedState link_ = FeedState::down;  // down, connecting or live: the session alone
  SnapshotState state_;
  StalenessMonitor data_;
  bool watching_ = false;  // a captured stream is being read
};

}  // namespace indexcast::feed

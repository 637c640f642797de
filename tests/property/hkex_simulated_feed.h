// Hong Kong's simulated exchange and our feed, face to face in virtual time: the simulator's day,
// lines, refresh and retransmission on one side, Handler and RetransmissionClient on the other, and
// nothing between them but bytes. An oracle watches what passes.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "calc/universe.h"
#include "feedhandlers/hkex/find_message.h"
#include "feedhandlers/hkex/handler.h"
#include "feedhandlers/hkex/retransmission_client.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/simulator/hkex_services/hkex_lines.h"
#include "feedhandlers/simulator/hkex_services/retransmission_session.h"
#include "tests/property/hkex_channel_oracle.h"
#include "tests/unit/hkex/random.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex::test {

// Lines that reach the handler, in addition to the faults of its plan.
enum class Carries : std::uint8_t { both, only_a, only_b };

// Sums over everything that the handler was handed, by a count of our own.
struct Traffic {
  std::uint64_t published = 0;       // real-time messages, copies and resets not counted
  std::uint64_t unseen = 0;          // of those, on neither line
  std::uint64_t unseen_packets = 0;  // heartbeats and resets included
  std::uint64_t line_messages = 0;   // in the datagrams of both lines
  std::uint64_t line_packets = 0;
  std::uint64_t refresh_packets = 0;
  std::uint64_t refresh_messages = 0;
  std::uint64_t retransmitted = 0;  // messages in whole packets of the retransmission service
  std::uint64_t truncated = 0;      // packets that a disconnect cut
  std::uint64_t reads = 0;
};

class SimulatedFeed {
 public:
  static constexpr std::int64_t kStepNs = 5 * kNsPerMs;

  // `settings` has one plan of faults for both sides; `universe` outlives the feed.
  SimulatedFeed(const sim::Settings& settings, const Universe& universe, Carries carries)
      : settings_(settings),
        carries_(carries),
        day_(settings_, universe),
        book_(settings_.faults, settings_.seed),
        retransmission_state_(settings_.hkex, book_, counts_),
        lines_(settings_, book_, counts_),
        symbols_(universe, feed::Venue::hkex),
        handler_(settings_.hkex, symbols_, log_),
        tap_(*this),
        client_(settings_.hkex.retransmission, tap_, handler_.counters()),
        random_(static_cast<std::uint32_t>(settings_.seed)) {
    if (!settings_.hkex.retransmission.servers.empty()) handler_.use(&client_);
    for (const ChannelSettings& channel : settings_.hkex.channels) {
      const bool refreshes = !channel.refresh_a.host.empty();
      ChannelOracle::Limits limits{settings_.hkex.reorder_wait_ns, settings_.hkex.silence_ns};
      if (refreshes) limits.round_from_ms = settings_.hkex.start_of_day_until_ms;
      oracles_.emplace(channel.id, limits);
      for (const auto& [group, line] :
           {std::pair(channel.line_a, feed::Line::a), std::pair(channel.line_b, feed::Line::b)}) {
        groups_[group.port] = {channel.id, line};
      }
      for (const auto& [group, line] : {std::pair(channel.refresh_a, feed::Line::a),
                                        std::pair(channel.refresh_b, feed::Line::b)}) {
        if (refreshes) groups_[group.port] = {refresh_id(channel.id), line};
      }
    }
    now_ = day_.begin();
  }

  // The whole day, and `settle_ns` of silence after it for what is still under way.
  void play(std::int64_t settle_ns = kNsPerSecond) {
    sim::ExchangeMessage message;
    while (day_.next(message)) {
      pass_until(message.exchange_time);
      publish(message);
    }
    lines_.finish(now_, send_);
    pass_until(now_ + settle_ns);
  }

  Handler& handler() { return handler_; }
  std::uint64_t count(feed::FeedCounter counter) { return handler_.counters().get(counter); }
  const std::vector<MarketEvent>& events() const { return log_.events; }
  const sim::TransportCounts& counts() const { return counts_; }
  const sim::SimulatedDay& day() const { return day_; }
  const Traffic& traffic() const { return traffic_; }
  TimeNs now() const { return now_; }
  // Counts of every fault of the plan, over all parts that carry them out.
  sim::FaultCounts faults() const {
    sim::FaultCounts sum = book_.counts();
    sum.add(day_.fault_counts());
    return sum;
  }
  // Instants at which a channel was, and was not, to be live.
  std::uint64_t seen_live() const { return seen_live_; }
  std::uint64_t seen_not_live() const { return seen_not_live_; }
  const std::vector<std::string>& disagreements() const { return disagreements_; }

 private:
  struct Group {
    std::uint32_t channel = 0;
    feed::Line line = feed::Line::a;
  };

  // Sees what the retransmission service brings before the handler does.
  struct Tap final : RetransmissionSink {
    explicit Tap(SimulatedFeed& owner) : feed(owner) {}
    void on_retransmitted(std::uint32_t channel, const PacketHeader& header, Bytes packet,
                          TimeNs now) override {
      feed.oracles_.at(channel).arrived(header, now, false);
      feed.handler_.on_retransmitted(channel, header, packet, now);
    }
    void on_request_done(std::uint32_t channel, RequestId id, RetransmissionOutcome outcome,
                         TimeNs now) override {
      feed.handler_.on_request_done(channel, id, outcome, now);
    }
    SimulatedFeed& feed;
  };

  void publish(const sim::ExchangeMessage& message) {
    PacketHeader header;
    ASSERT_EQ(check_packet(message.bytes, header), DecodeError::none);
    const bool reset = find_message<SequenceReset>(message.bytes, header).has_value();
    const bool of_today = china_date(header.send_time) == settings_.trade_date;
    const std::uint64_t messages = reset || !of_today ? 0 : header.message_count;
    traffic_.published += messages;
    const std::uint64_t unseen = counts_.packets_unseen;
    retransmission_state_.on_packet(message);
    lines_.push(message);
    traffic_.unseen += counts_.packets_unseen == unseen ? 0 : messages;
    lines_.send_until(now_, send_);
  }

  void pass_until(TimeNs until) {
    for (auto next = lines_.next_time(); next && *next < until; next = lines_.next_time()) {
      step_until(*next);
      lines_.send_until(*next, send_);
    }
    step_until(until);
  }

  void step_until(TimeNs until) {
    while (now_ < until) {
      now_ = std::min(now_ + kStepNs, until);
      handler_.on_time(now_);
      converse();
      for (const auto& [id, oracle] : oracles_) compare(id, oracle);
    }
  }

  bool receive(TimeNs time, const feed::Endpoint& endpoint, Bytes bytes) {
    if (now_ < time) step_until(time);  // the day's last packets
    const Group group = groups_.at(endpoint.port);
    if (carries_ == Carries::only_a && group.line == feed::Line::b) return true;
    if (carries_ == Carries::only_b && group.line == feed::Line::a) return true;
    PacketHeader header;
    EXPECT_EQ(check_packet(bytes, header), DecodeError::none);
    ChannelOracle& oracle = oracles_.at(channel_id_of(group.channel));
    if (is_refresh_id(group.channel)) {
      receive_refresh(group, header, bytes, oracle);
    } else {
      ++traffic_.line_packets;
      traffic_.line_messages += header.message_count;
      if (china_date(header.send_time) != settings_.trade_date) {
        // A test of the exchange: of no channel.
      } else if (const auto reset = find_message<SequenceReset>(bytes, header)) {
        oracle.reset(header, reset->new_seq_no, now_);
      } else {
        oracle.arrived(header, now_, true);
      }
      handler_.on_datagram(group.channel, group.line, bytes, now_);
    }
    compare(channel_id_of(group.channel), oracle);
    return true;
  }

  void receive_refresh(const Group& group, const PacketHeader& header, Bytes bytes,
                       ChannelOracle& oracle) {
    ++traffic_.refresh_packets;
    traffic_.refresh_messages += header.message_count;
    const bool usable = oracle.refreshed(header, bytes) && oracle.round_continues();
    const std::uint64_t before = count(feed::FeedCounter::refreshes);
    handler_.on_datagram(group.channel, group.line, bytes, now_);
    const bool used = count(feed::FeedCounter::refreshes) != before;
    if (used && !usable) object(channel_id_of(group.channel), "believed a round that it must not");
    if (!used && usable && oracle.blocked()) {
      object(channel_id_of(group.channel), "passed a round by that it waited for");
    }
    if (used) oracle.take_round();
  }

  void compare(std::uint32_t id, const ChannelOracle& oracle) {
    const bool live = handler_.channel_state(id) == FeedState::live;
    const ChannelOracle::Must must = oracle.state(now_);
    if (must == ChannelOracle::Must::be_live && !live) object(id, "is not live and should be");
    if (must == ChannelOracle::Must::not_be_live && live) object(id, "is live and should not be");
    seen_live_ += must == ChannelOracle::Must::be_live ? 1 : 0;
    seen_not_live_ += must == ChannelOracle::Must::not_be_live ? 1 : 0;
  }

  void object(std::uint32_t channel, const std::string& what) {
    const std::int64_t ms = china_time_of_day_ms(now_);
    disagreements_.push_back("channel " + std::to_string(channel) + " " + what + " at " +
                             std::to_string(ms) + " ms");
  }

  // One step of the TCP session with the retransmission service.
  void converse() {
    if (settings_.hkex.retransmission.servers.empty()) return;
    if (!session_) {
      if (now_ < connect_at_) return;
      session_.emplace(retransmission_state_, now_);
      client_.on_connected(now_, to_server_);
    }
    bool open = client_.on_time(now_, to_server_);
    // Bytes in transit since the previous step.
    feed::Outbox answers;
    feed::Outbox request;
    answers.swap(to_client_);
    request.swap(to_server_);
    open = open && session_->on_bytes(request, now_, to_client_);
    open = open && session_->on_time(now_, to_client_);
    open = hand_over(answers) && open;
    if (open) return;
    hand_over(to_client_);
    hang_up();
  }

  // In pieces of any size.
  bool hand_over(Bytes bytes) {
    while (!bytes.empty()) {
      const std::size_t size =
          std::min<std::size_t>(bytes.size(), 1 + random_.up_to(random_.one_in(3) ? 20 : 2000));
      unfinished_.insert(unfinished_.end(), bytes.begin(),
                         bytes.begin() + static_cast<std::ptrdiff_t>(size));
      count_whole_packets();
      ++traffic_.reads;
      if (!client_.on_bytes(bytes.first(size), now_, to_server_)) return false;
      bytes = bytes.subspan(size);
    }
    return true;
  }

  void count_whole_packets() {
    while (unfinished_.size() >= wire::packet::kHeaderSize) {
      const std::size_t size = wire::packet::PktSize.of(unfinished_.data());
      if (unfinished_.size() < size) return;
      // The session's own packets have no number.
      if (wire::packet::SeqNum.of(unfinished_.data()) != 0) {
        traffic_.retransmitted += wire::packet::MsgCount.of(unfinished_.data());
      }
      unfinished_.erase(unfinished_.begin(),
                        unfinished_.begin() + static_cast<std::ptrdiff_t>(size));
    }
  }

  void hang_up() {
    session_.reset();
    traffic_.truncated += unfinished_.empty() ? 0u : 1u;
    unfinished_.clear();
    to_server_.clear();
    to_client_.clear();
    client_.on_disconnected(now_);
    connect_at_ = now_ + 100 * kNsPerMs;
  }

  const sim::Settings settings_;
  const Carries carries_;
  sim::SimulatedDay day_;
  sim::TransportCounts counts_;
  sim::FaultBook book_;
  sim::RetransmissionState retransmission_state_;
  sim::HkexLines lines_;
  sim::HkexLines::Send send_ = [this](TimeNs time, std::size_t, const feed::Endpoint& group,
                                      feed::Bytes bytes) { return receive(time, group, bytes); };
  std::map<std::uint16_t, Group> groups_;  // by port

  feed::SymbolTable symbols_;
  EventLog log_;
  Handler handler_;
  Tap tap_;
  RetransmissionClient client_;
  std::map<std::uint32_t, ChannelOracle> oracles_;

  Random random_;
  std::optional<sim::RetransmissionSession> session_;
  TimeNs connect_at_{};
  feed::Outbox to_server_;
  feed::Outbox to_client_;
  feed::Outbox unfinished_;  // bytes of a packet whose end the client has not got

  TimeNs now_{};
  Traffic traffic_;
  std::uint64_t seen_live_ = 0;
  std::uint64_t seen_not_live_ = 0;
  std::vector<std::string> disagreements_;
};

}  // namespace indexcast::hkex::test

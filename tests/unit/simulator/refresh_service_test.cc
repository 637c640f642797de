// HKEX's refresh service in virtual time.
#include "feedhandlers/simulator/hkex_services/refresh_service.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

namespace wire = hkex::wire;

constexpr std::uint32_t kChannel = 11;
constexpr std::int64_t kBeginMs = feed::hms(10, 0);

// One round: its messages by type and first key, and how it ended.
struct Round {
  std::vector<std::vector<std::byte>> messages;
  std::uint32_t last_seq_num = 0;
  bool complete = false;
  bool whole = true;       // no number was missing
  bool restarted = false;  // began with a sequence reset
};

class RefreshTest : public testing::Test {
 protected:
  RefreshTest() {
    settings_ = test::only(feed::Venue::hkex);
    settings_.refresh_round_s = 10;
    settings_.hkex.channels.back().refresh_a = {"239.255.12.1", 51005};
    settings_.hkex.channels.back().refresh_b = {"239.255.12.2", 51006};
  }

  void start(const FaultPlan& plan = {}) {
    book_ = std::make_unique<FaultBook>(plan, 1);
    service_ = std::make_unique<RefreshService>(settings_, *book_, counts_);
  }
  template <class... Messages>
  void publish(std::int64_t second, const Messages&... messages) {
    hkex::PacketBuilder packet(next_, at(second));
    (packet.add(messages), ...);
    next_ = packet.next_sequence();
    service_->on_packet({at(second),
                         feed::Venue::hkex,
                         kChannel,
                         0,
                         0,
                         0,
                         {packet.bytes().begin(), packet.bytes().end()}});
  }
  TimeNs at(std::int64_t second) const {
    return china_time(settings_.trade_date, kBeginMs + second * 1'000);
  }

  // Packets sent until then, cut into rounds.
  std::vector<Round> rounds(std::int64_t until_second) {
    service_->on_time(at(until_second));
    std::vector<Round> rounds;
    Round round;
    RefreshPacket packet;
    while (service_->take(at(until_second), packet)) {
      hkex::PacketHeader header;
      EXPECT_EQ(hkex::check_packet(packet.bytes, header), feed::DecodeError::none);
      hkex::for_each_message(packet.bytes, header, [&](const hkex::MessageView& message) {
        if (message.type == wire::sequence_reset::kType) {
          round.restarted = true;
          expected_ = settings_.hkex_first_number;
          return;
        }
        round.whole = round.whole && message.sequence == expected_;
        expected_ = message.sequence + 1;
        if (message.type != wire::refresh_complete::kType) {
          round.messages.emplace_back(message.bytes.begin(), message.bytes.end());
          return;
        }
        round.complete = true;
        round.last_seq_num = wire::refresh_complete::LastSeqNum.of(message.bytes.data());
        rounds.push_back(std::exchange(round, {}));
      });
    }
    if (!round.messages.empty()) rounds.push_back(round);
    return rounds;
  }

  Settings settings_;
  TransportCounts counts_;
  std::unique_ptr<FaultBook> book_;
  std::unique_ptr<RefreshService> service_;
  std::uint32_t next_ = 1;
  std::uint32_t expected_ = 1;
};

std::uint16_t type_of(const std::vector<std::byte>& message) {
  return wire::message::MsgType.of(message.data());
}

TEST_F(RefreshTest, ARoundIsTheLatestOfEverythingUpToItsNumber) {
  start();
  publish(0, hkex::NominalPrice{700, 1}, hkex::NominalPrice{5, 2}, hkex::TradeTicker{700});
  publish(0, hkex::NominalPrice{700, 3}, hkex::SecurityStatus{5, 2});
  const auto of = rounds(2);
  ASSERT_EQ(of.size(), 1u);
  EXPECT_TRUE(of[0].restarted) << "the channel opens with a reset";
  EXPECT_TRUE(of[0].whole);
  EXPECT_EQ(of[0].last_seq_num, 5u);
  std::map<std::uint32_t, std::int32_t> nominal;
  for (const auto& message : of[0].messages) {
    ASSERT_NE(type_of(message), wire::trade_ticker::kType) << "no part of a snapshot";
    if (type_of(message) != wire::nominal_price::kType) continue;
    nominal[wire::nominal_price::SecurityCode.of(message.data())] =
        wire::nominal_price::NominalPrice.of(message.data());
  }
  EXPECT_EQ(nominal, (std::map<std::uint32_t, std::int32_t>{{5, 2}, {700, 3}}));
  EXPECT_EQ(of[0].messages.size(), 3u);
}

TEST_F(RefreshTest, RoundsFollowOneAnotherWithNumbersOfTheirOwn) {
  start();
  publish(0, hkex::NominalPrice{700, 1});
  publish(5, hkex::NominalPrice{700, 2});
  const auto of = rounds(35);
  ASSERT_EQ(of.size(), 4u);
  EXPECT_EQ(of[0].last_seq_num, 1u);
  EXPECT_EQ(of[1].last_seq_num, 2u);
  for (const Round& round : of) EXPECT_TRUE(round.whole && round.complete);
  EXPECT_FALSE(of[1].restarted);
  EXPECT_EQ(counts_.refresh.rounds, 4u);
}

// OMD-C 2.2.2, 3.4.1: the same heartbeats as on every service, with the number of the last message.
TEST_F(RefreshTest, AnIdleChannelSendsHeartbeatsWithTheNumberOfItsLastMessage) {
  start();
  publish(0, hkex::NominalPrice{700, 1});
  service_->on_time(at(9));
  std::vector<std::uint32_t> heartbeats;
  std::uint32_t last = 0;
  for (RefreshPacket packet; service_->take(at(9), packet);) {
    hkex::PacketHeader header;
    ASSERT_EQ(hkex::check_packet(packet.bytes, header), feed::DecodeError::none);
    if (header.message_count == 0) heartbeats.push_back(header.sequence);
    if (header.message_count > 0) last = header.sequence + header.message_count - 1u;
  }
  EXPECT_EQ(last, 3u);  // the reset is 1, the price 2, the end of the round 3
  EXPECT_EQ(heartbeats, (std::vector<std::uint32_t>{3, 3, 3}));
}

TEST_F(RefreshTest, AResetChangesTheNumberAndNothingThatIsKnown) {
  start();
  publish(0, hkex::NominalPrice{700, 1}, hkex::NominalPrice{5, 2});
  rounds(2);
  publish(3, hkex::SequenceReset{1});
  next_ = 1;
  publish(4, hkex::NominalPrice{5, 9});
  const auto of = rounds(12);
  ASSERT_EQ(of.size(), 1u);
  EXPECT_EQ(of[0].last_seq_num, 1u);
  EXPECT_EQ(of[0].messages.size(), 2u);
}

TEST_F(RefreshTest, ABookIsTheSumOfItsUpdates) {
  start();
  hkex::AggregateOrderBookUpdate update;
  update.security_code = 700;
  update.entries = {
      {100, 498'000, 1, 0, 1, 0}, {200, 497'000, 2, 0, 2, 0}, {50, 499'000, 1, 1, 1, 0}};
  publish(0, update);
  update.entries = {
      {0, 498'000, 0, 0, 1, 2}, {300, 496'000, 3, 0, 2, 0}, {70, 499'000, 2, 1, 1, 1}};
  publish(0, update);
  const auto of = rounds(2);
  ASSERT_EQ(of.at(0).messages.size(), 1u);
  hkex::AggregateOrderBookUpdate book;
  ASSERT_EQ(hkex::decode(of[0].messages[0], book), feed::DecodeError::none);
  EXPECT_EQ(book.security_code, 700u);
  const decltype(book.entries) expected{
      {200, 497'000, 2, 0, 1, 0}, {300, 496'000, 3, 0, 2, 0}, {70, 499'000, 2, 1, 1, 0}};
  EXPECT_EQ(book.entries, expected);
  update.entries = {{0, 0, 0, 0, 0, 74}};
  publish(3, update);
  EXPECT_TRUE(rounds(12).at(0).messages.empty());
}

Fault once(FaultKind kind, std::int64_t begin_second = 0) {
  Fault fault = make_fault(kind);
  fault.begin_ms = kBeginMs + begin_second * 1'000;
  fault.count = 1;
  return fault;
}

TEST_F(RefreshTest, FaultRepeatsAnOldSnapshot) {
  start({once(FaultKind::refresh_older_than_stream)});
  publish(0, hkex::NominalPrice{700, 1});
  publish(5, hkex::NominalPrice{700, 2});
  const auto of = rounds(25);
  ASSERT_EQ(of.size(), 3u);
  EXPECT_EQ(of[0].last_seq_num, 1u);
  EXPECT_EQ(of[1].last_seq_num, 1u) << "older than the stream";
  EXPECT_EQ(of[1].messages, of[0].messages);
  EXPECT_EQ(of[2].last_seq_num, 2u);
  EXPECT_TRUE(book_->counts().missing().empty());
}

TEST_F(RefreshTest, FaultLeavesAHoleInTheRound) {
  start({once(FaultKind::refresh_gap_in_round, 5)});
  publish(0, hkex::NominalPrice{700, 1});
  const auto of = rounds(25);
  ASSERT_EQ(of.size(), 3u);
  EXPECT_TRUE(of[0].whole);
  EXPECT_FALSE(of[1].whole);
  EXPECT_TRUE(of[2].whole);
}

TEST_F(RefreshTest, FaultSkipsARound) {
  start({once(FaultKind::refresh_silent, 5)});
  publish(0, hkex::NominalPrice{700, 1});
  EXPECT_EQ(rounds(25).size(), 2u);
  EXPECT_TRUE(book_->counts().missing().empty());
}

TEST_F(RefreshTest, FaultForgetsTheEnd) {
  start({once(FaultKind::refresh_no_complete)});
  publish(0, hkex::NominalPrice{700, 1});
  const auto of = rounds(15);
  ASSERT_EQ(of.size(), 1u) << "two rounds in one";
  EXPECT_EQ(of[0].messages.size(), 2u);
}

TEST_F(RefreshTest, FaultRestartsTheRefreshChannelAlone) {
  start({once(FaultKind::refresh_restart, 5)});
  publish(0, hkex::NominalPrice{700, 1});
  const auto of = rounds(15);
  ASSERT_EQ(of.size(), 2u);
  EXPECT_TRUE(of[1].restarted);
  EXPECT_TRUE(of[1].whole);
  EXPECT_EQ(of[1].last_seq_num, 1u);
}

// A client that takes any complete round and then the stream has the same state as one that
// received the whole simulated day.
TEST_F(RefreshTest, ARoundAndWhatFollowsIsTheWholeDay) {
  settings_.begin_ms = feed::hms(9, 58);
  settings_.end_ms = feed::hms(10, 3);
  settings_.hkex.channels.front().refresh_a = {"239.255.12.3", 51007};
  start();
  const Universe universe = test::make_universe();
  SimulatedDay day(settings_, universe);
  std::map<std::uint32_t, RefreshImage> everything, late;
  std::set<std::uint32_t> joined;
  std::map<std::uint32_t, std::vector<std::vector<std::byte>>> round;
  for (ExchangeMessage message; day.next(message);) {
    service_->on_packet(message);
    for (RefreshPacket packet; service_->take(message.exchange_time, packet);) {
      hkex::PacketHeader header;
      ASSERT_EQ(hkex::check_packet(packet.bytes, header), feed::DecodeError::none);
      if (joined.contains(packet.channel)) continue;
      round[packet.channel].push_back(packet.bytes);
      hkex::for_each_message(packet.bytes, header, [&](const hkex::MessageView& view) {
        if (view.type != wire::refresh_complete::kType) return;
        joined.insert(packet.channel);
        // Packets that arrived after the snapshot and before its end are applied from the first
        // number on, like a client's buffer.
        for (const auto& bytes : round[packet.channel]) {
          hkex::check_packet(bytes, header);
          late[packet.channel].apply(bytes, header);
        }
        EXPECT_EQ(wire::refresh_complete::LastSeqNum.of(view.bytes.data()),
                  everything[packet.channel].last_sequence())
            << "nothing was sent on this channel meanwhile";
      });
    }
    hkex::PacketHeader header;
    ASSERT_EQ(hkex::check_packet(message.bytes, header), feed::DecodeError::none);
    everything[message.channel].apply(message.bytes, header);
    if (joined.contains(message.channel)) late[message.channel].apply(message.bytes, header);
  }
  EXPECT_EQ(joined.size(), 2u);
  for (const std::uint32_t channel : joined) {
    EXPECT_EQ(late[channel].messages(), everything[channel].messages()) << channel;
  }
}

}  // namespace
}  // namespace indexcast::sim

// Many days of loss on both lines, with a retransmission service and a refresh channel that have
// faults of their own: what the core is told, and that every number and message is accounted for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <vector>

#include "feedhandlers/hkex/retransmission_client.h"
#include "tests/unit/hkex/random.h"
#include "tests/unit/hkex/recovery_support.h"
#include "tests/unit/hkex/retransmission_server.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::Line;
using test::at;
using test::kAlibaba;
using test::kTencent;
using test::Random;
using test::traded;

constexpr std::uint32_t kSeeds = 60;
constexpr std::size_t kPackets = 600;
constexpr std::size_t kQuietTail = 60;  // nothing is lost any more
constexpr std::int64_t kStepNs = kNsPerMs;

struct Faults {
  std::uint32_t lost_in_1000 = 0;  // per line and packet, and in bursts on both
  std::uint32_t refused_in_100 = 0;
  std::uint32_t partial_in_100 = 0;
  std::uint32_t cut_in_100 = 0;  // the connection dies in the middle of an answer
  std::uint32_t silent_in_100 = 0;
  bool refresh = false;
};

// One simulated channel with everything around it.
class Day {
 public:
  Day(std::uint32_t seed, const Faults& faults)
      : random_(seed), faults_(faults), rig_(make_settings(faults)) {
    rig_.handler.use(&client_);
    std::uint32_t sequence = 1;
    for (std::size_t i = 0; i < kPackets; ++i) {
      PacketBuilder& packet = packets_.emplace_back(sequence, sent(i));
      for (std::uint32_t n = 1 + random_.up_to(4); n > 0; --n) {
        const auto price = static_cast<std::int32_t>(1000 + packet.next_sequence());
        packet.add(traded(random_.one_in(2) ? kTencent : kAlibaba, price));
      }
      sequence = packet.next_sequence();
    }
    total_ = sequence - 1;
  }

  void play() {
    for (std::size_t i = 0; i < kPackets; ++i) {
      send(i);
      if (faults_.refresh && i % 25 == 24) send_round(i);
      step();
    }
    for (int i = 0; i < 40'000 && !settled(); ++i) {
      if (faults_.refresh && i % 500 == 0) send_round(kPackets - 1);
      if (i % 1000 == 0) receive(Line::a, packets_.back());  // not silent
      step();
    }
  }

  test::RecoveryRig& rig() { return rig_; }
  std::uint64_t messages() const { return messages_; }
  std::uint64_t total() const { return total_; }
  std::uint64_t lost_on_both() const { return lost_on_both_; }
  std::uint32_t faults_happened() const { return faults_happened_; }
  const std::vector<PacketBuilder>& packets() const { return packets_; }

 private:
  static Settings make_settings(const Faults& faults) {
    Settings settings = test::with_retransmission();
    // Many servers: a session that dies is no failure yet.
    settings.retransmission.servers.assign(50, {"127.0.0.1", 1});
    settings.retransmission.messages_per_request = 7;
    settings.retransmission.requests_per_day = 1'000'000;
    settings.retransmission.response_timeout_ns = 100 * kNsPerMs;
    settings.retransmission.give_up_ns = 60 * kNsPerSecond;
    settings.reorder_wait_ns = 5 * kNsPerMs;
    settings.reorder_capacity = 16;
    settings.recovery_capacity = 2000;
    return faults.refresh ? test::with_refresh(settings) : settings;
  }

  TimeNs sent(std::size_t packet) const {
    return at(10, 0) + static_cast<std::int64_t>(packet) * kStepNs;
  }

  bool settled() {
    return rig_.handler.channel_state(1) == FeedState::live && rig_.numbers() == total_;
  }

  void receive(Line line, const PacketBuilder& packet) {
    messages_ += packet.message_count();
    rig_.receive(packet, line);
  }

  void send(std::size_t i) {
    if (burst_ == 0 && random_.up_to(1000) < faults_.lost_in_1000) burst_ = 1 + random_.up_to(9);
    const bool quiet = i == 0 || i + kQuietTail > kPackets;
    const bool both_lose = burst_ > 0 && !quiet;
    burst_ -= burst_ > 0 ? 1 : 0;
    std::uint32_t arrived = 0;
    for (const Line line : {Line::a, Line::b}) {
      if (both_lose || (!quiet && random_.up_to(1000) < faults_.lost_in_1000)) continue;
      receive(line, packets_[i]);
      ++arrived;
    }
    if (arrived == 0) lost_on_both_ += packets_[i].message_count();
  }

  // The newest price of each security up to packet `last`.
  void send_round(std::size_t last) {
    std::map<std::uint32_t, std::int32_t> prices;
    for (std::size_t i = 0; i <= last; ++i) {
      const PacketHeader header{0, packets_[i].message_count(), packets_[i].sequence(), {}};
      for_each_message(packets_[i].bytes(), header, [&](const MessageView& message) {
        Statistics statistics;
        decode(message.bytes, statistics);
        prices[statistics.security_code] = statistics.last_price;
      });
    }
    PacketBuilder image(refresh_next_, rig_.now);
    for (const auto& [code, price] : prices) image.add(traded(code, price));
    PacketBuilder end(image.next_sequence(), rig_.now);
    end.add(RefreshComplete{packets_[last].next_sequence() - 1});
    refresh_next_ = end.next_sequence();
    for (const PacketBuilder& packet : {image, end}) {
      for (const Line line : {Line::a, Line::b}) {
        if (!random_.one_in(4)) rig_.receive_refresh(packet, line);
      }
    }
  }

  void step() {
    rig_.pass(kStepNs);
    if (!connected_ && rig_.now >= reconnect_at_) {
      connected_ = true;
      client_.on_connected(rig_.now, out_);
      out_.clear();
      client_.on_bytes(test::logon_answer(0), rig_.now, out_);
    } else if (connected_ && !client_.on_time(rig_.now, out_)) {
      disconnect();
    }
    if (connected_) serve();
  }

  void disconnect() {
    connected_ = false;
    out_.clear();
    reconnect_at_ = rig_.now + 20 * kNsPerMs;
    client_.on_disconnected(rig_.now);
  }

  void serve() {
    for (const RetransmissionRequest& request : test::ClientPackets(out_).requests()) {
      if (connected_) answer(request);
    }
  }

  bool happens(std::uint32_t in_100) {
    const bool happens = random_.up_to(100) < in_100;
    faults_happened_ += happens ? 1 : 0;
    return happens;
  }

  void answer(const RetransmissionRequest& request) {
    const std::uint32_t begin = request.begin_seq_num;
    std::uint32_t end = request.end_seq_num;
    if (happens(faults_.silent_in_100)) return;
    if (happens(faults_.refused_in_100)) return give(test::answer(1, 2, begin, end));
    if (end > begin && happens(faults_.partial_in_100)) end = begin + random_.up_to(end - begin);
    const bool cut = happens(faults_.cut_in_100);
    give(test::answer(1, 0, begin, end));
    for (const PacketBuilder& packet : packets_) {
      if (packet.next_sequence() <= begin || packet.sequence() > end) continue;
      if (cut && random_.one_in(2)) {
        client_.on_bytes(packet.bytes().first(packet.bytes().size() / 2), rig_.now, out_);
        malformed_ += 1;
        return disconnect();
      }
      messages_ += packet.message_count();
      give(test::wire_of(packet));
    }
    if (cut) disconnect();
  }

  void give(const test::Wire& bytes) {
    ASSERT_TRUE(client_.on_bytes(bytes, rig_.now, answers_));
    out_.insert(out_.end(), answers_.begin(), answers_.end());
    answers_.clear();
  }

  Random random_;
  const Faults faults_;
  test::RecoveryRig rig_;
  RetransmissionClient client_{rig_.settings.retransmission, rig_.handler, rig_.handler.counters()};
  std::vector<PacketBuilder> packets_;
  std::uint64_t total_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t lost_on_both_ = 0;
  std::uint64_t malformed_ = 0;
  std::uint32_t burst_ = 0;
  std::uint32_t refresh_next_ = 1;
  std::uint32_t faults_happened_ = 0;
  bool connected_ = false;
  TimeNs reconnect_at_{};
  feed::Outbox out_;
  feed::Outbox answers_;
};

// What the core is told of prices, without the time of receipt.
std::vector<MarketEvent> prices_of(Day& day) {
  auto events = day.rig().log.of(EventKind::price);
  for (MarketEvent& event : events) event.receive_time = {};
  return events;
}

void expect_same(const std::vector<MarketEvent>& a, const std::vector<MarketEvent>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(std::memcmp(&a[i], &b[i], sizeof a[i]), 0) << "event " << i;
  }
}

void expect_accounts_balance(Day& day) {
  const feed::FeedCounters& counters = day.rig().handler.counters();
  EXPECT_EQ(day.rig().numbers(), day.total());
  EXPECT_EQ(test::outcomes(counters) - counters.get(FeedCounter::malformed), day.messages());
  EXPECT_EQ(day.rig().handler.channel_state(1), FeedState::live);
}

// The states begin and end as the recovery does.
void expect_states_alternate(Day& day) {
  FeedState last = FeedState::connecting;
  for (const FeedState state : day.rig().states()) {
    EXPECT_NE(state, last);
    last = state;
  }
  EXPECT_EQ(last, FeedState::live);
}

TEST(RecoveryProperty, RetransmissionGivesTheSameMessagesAsNoLoss) {
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Day whole(seed, {});
    whole.play();
    Faults faults;
    faults.lost_in_1000 = 20 + 3 * seed;
    faults.partial_in_100 = 10;
    faults.cut_in_100 = 5;
    faults.silent_in_100 = 5;
    Day faulty(seed, faults);
    // The same packets, whatever the faults drew afterwards.
    faulty.play();
    ASSERT_EQ(whole.total(), faulty.total());
    ASSERT_GT(faulty.lost_on_both(), 0u);
    expect_same(prices_of(whole), prices_of(faulty));
    expect_accounts_balance(faulty);
    expect_states_alternate(faulty);
    EXPECT_EQ(faulty.rig().count(FeedCounter::sequence_lost), 0u);
    EXPECT_GE(faulty.rig().count(FeedCounter::sequence_recovered), faulty.lost_on_both());
    EXPECT_EQ(faulty.rig().count(FeedCounter::gaps), 0u);
  }
}

TEST(RecoveryProperty, RefreshGivesTheSamePricesOnceRecovered) {
  std::uint64_t refreshes = 0;
  std::uint64_t recovered = 0;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Faults faults;
    faults.lost_in_1000 = 20 + 3 * seed;
    faults.refused_in_100 = 40;
    faults.partial_in_100 = 10;
    faults.cut_in_100 = 5;
    faults.silent_in_100 = 5;
    faults.refresh = true;
    Day day(seed, faults);
    day.play();
    ASSERT_GT(day.lost_on_both(), 0u);
    expect_accounts_balance(day);
    expect_states_alternate(day);
    std::map<InstrumentId, std::int64_t> seen;
    std::uint64_t number = 0;
    for (const MarketEvent& event : day.rig().log.of(EventKind::price)) {
      EXPECT_GE(event.feed_sequence, number);  // never back behind the snapshot
      number = event.feed_sequence;
      seen[event.instrument] = event.value[0];
    }
    Day whole(seed, {});
    whole.play();
    std::map<InstrumentId, std::int64_t> expected;
    for (const MarketEvent& event : prices_of(whole)) expected[event.instrument] = event.value[0];
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(day.rig().count(FeedCounter::gaps), 0u);
    refreshes += day.rig().count(FeedCounter::refreshes);
    recovered += day.rig().count(FeedCounter::sequence_recovered);
  }
  EXPECT_GT(refreshes, kSeeds);
  EXPECT_GT(recovered, kSeeds);
}

TEST(RecoveryProperty, WithoutRefreshWhatIsRefusedIsLostAndCounted) {
  std::uint64_t lost = 0;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Faults faults;
    faults.lost_in_1000 = 50;
    faults.refused_in_100 = 50;
    Day day(seed, faults);
    day.play();
    expect_accounts_balance(day);
    lost += day.rig().count(FeedCounter::sequence_lost);
    EXPECT_EQ(day.rig().count(FeedCounter::gaps) > 0, day.faults_happened() > 0);
  }
  EXPECT_GT(lost, kSeeds);
}

}  // namespace
}  // namespace indexcast::hkex

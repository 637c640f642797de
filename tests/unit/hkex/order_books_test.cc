// Hong Kong's best quotes: books of messages 53 (notes 2.15), known only while nothing of them is
// missing.
#include "feedhandlers/hkex/order_books.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/hkex/recovery_support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using test::kAlibaba;
using test::kTencent;
using test::packet;

constexpr std::uint16_t kBid = 0;
constexpr std::uint16_t kOffer = 1;
constexpr std::uint8_t kNew = 0;
constexpr std::uint8_t kChange = 1;
constexpr std::uint8_t kDelete = 2;
constexpr std::uint8_t kClear = 74;
constexpr std::uint8_t kContinuous = 3;
constexpr std::uint8_t kClosingAuction = 5;

BookEntry entry(std::uint16_t side, std::uint8_t level, std::int32_t price,
                std::uint8_t action = kNew) {
  return {1000, price, 3, side, level, action};
}

AggregateOrderBookUpdate book(std::initializer_list<BookEntry> entries,
                              std::uint32_t code = kTencent) {
  AggregateOrderBookUpdate message;
  message.security_code = code;
  for (const BookEntry& one : entries) message.entries.push_back(one);
  return message;
}

TradingSessionStatus session(std::uint8_t sub_id) { return {"MAIN", sub_id, 0, '0', 0, 0}; }

// A channel in continuous trading since its number 1.
struct QuoteRig : test::RecoveryRig {
  explicit QuoteRig(Settings configured = test::one_channel())
      : RecoveryRig(std::move(configured), true) {
    say(session(kContinuous));
  }
  template <class... Messages>
  void say(const Messages&... messages) {
    receive(packet(next, now, messages...));
    next += sizeof...(messages);
  }
  // Those of Tencent, "399.8/400" or "none", in their order.
  std::vector<std::string> quotes() const {
    std::vector<std::string> out;
    for (const MarketEvent& event : log.of(EventKind::quote)) {
      if (event.instrument != 0) continue;
      out.push_back(event.detail == static_cast<std::uint8_t>(QuoteKind::none)
                        ? "none"
                        : std::to_string(event.value[0] / 1000) + "/" +
                              std::to_string(event.value[1] / 1000));
    }
    return out;
  }

  std::uint32_t next = 1;
};

using Quotes = std::vector<std::string>;

TEST(HkexQuote, FollowsTheBestLevelsOfItsBook) {
  QuoteRig rig;
  rig.say(book({entry(kBid, 1, 399'800), entry(kBid, 2, 399'600), entry(kOffer, 1, 400'000)}));
  rig.say(book({entry(kBid, 1, 399'900)}));
  rig.say(book({entry(kBid, 1, 399'900, kDelete), entry(kBid, 1, 399'800, kDelete)}));
  rig.say(book({entry(kOffer, 1, 400'000, kDelete)}));
  EXPECT_EQ(rig.quotes(), (Quotes{"399800/400000", "399900/400000", "399600/400000", "399600/0"}));
  EXPECT_EQ(rig.log.of(EventKind::quote)[0].channel, 1u);
  EXPECT_EQ(rig.log.of(EventKind::quote)[0].feed_sequence, 2u);
}

TEST(HkexQuote, DeeperLevelsAndQuantitiesSayNothing) {
  QuoteRig rig;
  rig.say(book({entry(kBid, 1, 399'800), entry(kOffer, 1, 400'000)}));
  rig.say(book({entry(kBid, 2, 399'600), entry(kBid, 1, 399'800, kChange)}));
  EXPECT_EQ(rig.quotes().size(), 1u);
  EXPECT_EQ(rig.count(FeedCounter::filtered), 1u);
}

TEST(HkexQuote, ALevelBeyondTheTenthIsGoneWithoutAWord) {
  QuoteRig rig;
  for (std::uint8_t level = 1; level <= 10; ++level)
    rig.say(book({entry(kBid, level, 400'000 - level * 200)}));
  rig.say(book({entry(kBid, 1, 400'000)}));
  for (int i = 0; i < 9; ++i) rig.say(book({entry(kBid, 1, 0, kDelete)}));
  EXPECT_EQ(rig.quotes().back(), "398200/0") << "the ninth, which became the tenth";
  rig.say(book({entry(kBid, 1, 0, kDelete)}));
  EXPECT_EQ(rig.quotes().back(), "0/0");
}

TEST(HkexQuote, AnEntryThatDoesNotFitMakesItsBookUnknownUntilItIsCleared) {
  for (const BookEntry& wrong :
       {entry(kBid, 3, 399'000), entry(kBid, 0, 399'000), entry(kBid, 11, 399'000),
        entry(kBid, 2, 399'000, kDelete), entry(kBid, 1, 399'000, kChange), entry(kBid, 1, -1),
        entry(kBid, 1, 0), entry(2, 1, 399'000), entry(kBid, 1, 399'000, 9)}) {
    QuoteRig rig;
    rig.say(book({entry(kBid, 1, 399'800), entry(kOffer, 1, 400'000)}));
    rig.say(book({wrong}));
    rig.say(book({entry(kBid, 1, 399'900)}));
    EXPECT_EQ(rig.quotes(), (Quotes{"399800/400000", "none"}));
    rig.say(book({entry(0, 0, 0, kClear), entry(kBid, 1, 399'700)}));
    EXPECT_EQ(rig.quotes().back(), "399700/0");
  }
}

TEST(HkexQuote, OnlyContinuousTradingHasQuotes) {
  QuoteRig rig;
  rig.say(book({entry(kBid, 1, 399'800), entry(kOffer, 1, 400'000)}));
  rig.say(session(kClosingAuction));
  EXPECT_EQ(rig.quotes(), (Quotes{"399800/400000", "none"}));
  rig.say(book({entry(kBid, 1, 399'900)}));
  EXPECT_EQ(rig.quotes().size(), 2u);
  rig.say(session(kContinuous));
  EXPECT_EQ(rig.quotes().back(), "399900/400000") << "the book was kept";
}

TEST(HkexQuote, ALossMakesTheBooksOfItsChannelUnknown) {
  QuoteRig rig;
  rig.say(book({entry(kBid, 1, 399'800), entry(kOffer, 1, 400'000)}),
          book({entry(kBid, 1, 99'800)}, kAlibaba));
  ++rig.next;
  rig.say(book({entry(kBid, 1, 399'900)}));
  rig.pass_wait();
  EXPECT_EQ(rig.quotes(), (Quotes{"399800/400000", "none"}));
  EXPECT_EQ(rig.log.of(EventKind::quote).size(), 4u) << "Alibaba's too";
  ++rig.next;
  rig.say(book({entry(0, 0, 0, kClear), entry(kBid, 1, 399'700)}));
  rig.pass_wait();
  EXPECT_EQ(rig.quotes().back(), "399700/0");
  ++rig.next;  // again, while the channel is in gap already
  rig.say(book({entry(kBid, 1, 399'900)}, kAlibaba));
  rig.pass_wait();
  EXPECT_EQ(rig.quotes().back(), "none");
}

TEST(HkexQuote, AChannelJoinedInMidSessionKnowsABookOnceItIsCleared) {
  test::RecoveryRig rig(test::one_channel(), true);
  rig.receive(packet(500, rig.now, session(kContinuous), book({entry(kBid, 1, 399'800)})));
  rig.pass_wait();
  EXPECT_TRUE(rig.log.of(EventKind::quote).empty());
  rig.receive(packet(502, rig.now, book({entry(0, 0, 0, kClear), entry(kBid, 1, 399'700)})));
  EXPECT_EQ(rig.log.of(EventKind::quote).size(), 1u);
}

TEST(HkexQuote, ASequenceResetEmptiesTheBooks) {
  QuoteRig rig;
  rig.say(book({entry(kBid, 1, 399'800), entry(kOffer, 1, 400'000)}));
  rig.now = rig.now + kNsPerSecond;
  rig.receive(packet(1, rig.now, SequenceReset{1}));
  EXPECT_EQ(rig.quotes().back(), "none");
  rig.next = 1;
  rig.say(book({entry(kBid, 1, 399'700)}));
  EXPECT_EQ(rig.quotes().back(), "399700/0");
}

// OMD-C 2.2.4.2: all cached market data are cleared.
TEST(HkexQuote, ADisasterEmptiesTheBooks) {
  QuoteRig rig;
  rig.say(book({entry(kBid, 1, 399'800), entry(kOffer, 1, 400'000)}));
  rig.now = rig.now + kNsPerSecond;
  rig.say(DisasterRecoverySignal{1});
  EXPECT_EQ(rig.quotes(), (Quotes{"399800/400000", "none"}));
}

TEST(HkexQuote, ASnapshotBringsTheBooksBack) {
  QuoteRig rig(test::with_refresh());
  rig.end_of_a_round();
  rig.say(book({entry(kBid, 1, 399'800), entry(kOffer, 1, 400'000)}));
  rig.next += 2;
  rig.say(book({entry(kBid, 1, 399'900)}));  // number 5, behind a hole
  rig.pass_wait();
  rig.receive_refresh(packet(rig.refresh_next, rig.now,
                             book({entry(kBid, 1, 399'600), entry(kOffer, 1, 399'800)}),
                             RefreshComplete{4}));
  EXPECT_EQ(rig.quotes(), (Quotes{"399800/400000", "none", "399600/399800", "399900/399800"}));
  rig.say(book({entry(kBid, 1, 399'900, kDelete)}));
  EXPECT_EQ(rig.quotes().back(), "399600/399800") << "what follows builds upon the snapshot";
}

TEST(HkexQuote, NobodyElsePaysForThem) {
  test::Rig rig;
  rig.receive(packet(1, rig.now, session(kContinuous), book({entry(kBid, 1, 399'800)})));
  EXPECT_TRUE(rig.log.of(EventKind::quote).empty());
  EXPECT_EQ(rig.count(FeedCounter::filtered), 1u);
}

}  // namespace
}  // namespace indexcast::hkex

// Streams put together from segments in every order in which a capture can hold them.
#include "feedhandlers/capture/tcp_reassembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/unit/capture/capture_writer.h"

namespace indexcast::feed {
namespace {

using test::bytes_of;
using test::kClient;
using test::kGateway;

// Writes what it hears as text: "+" opened, bytes, "~" before bytes that follow a gap, "." closed.
class Transcript : public StreamSink {
 public:
  bool wants(const SocketAddress& source, const SocketAddress&) override {
    return source == kGateway;
  }
  void on_opened(FlowId, const SocketAddress&, const SocketAddress&) override { text += "+"; }
  void on_chunk(FlowId, const StreamChunk& chunk) override {
    if (chunk.after_gap) text += "~";
    text += text_at(chunk.bytes.data(), chunk.bytes.size());
    offsets.push_back(chunk.offset);
    numbers.push_back(chunk.number);
  }
  void on_closed(FlowId, TimeNs) override { text += "."; }

  std::string text;
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint64_t> numbers;
};

class TcpReassemblerTest : public testing::Test {
 protected:
  void send(std::uint32_t sequence, const std::string& payload, std::uint8_t flags = kTcpAck) {
    segment(kGateway, kClient, sequence, 0, payload, flags);
  }
  void acknowledge(std::uint32_t sequence) { segment(kClient, kGateway, 1, sequence, "", kTcpAck); }
  void segment(const SocketAddress& source, const SocketAddress& destination,
               std::uint32_t sequence, std::uint32_t acknowledged, const std::string& payload,
               std::uint8_t flags) {
    CapturedPacket packet;
    packet.time = now;
    packet.number = ++number;
    packet.view = {source,   destination,  IpProtocol::tcp,  flags,
                   sequence, acknowledged, bytes_of(payload)};
    reassembler.on_segment(packet);
  }

  Transcript heard;
  ReassemblerSettings settings{.held_bytes_per_flow = 4096};
  TcpReassembler reassembler{heard, settings};
  TimeNs now{kNsPerSecond};
  std::uint64_t number = 0;
};

TEST_F(TcpReassemblerTest, DeliversAWholeConnectionInOrder) {
  send(99, "", kTcpSyn | kTcpAck);
  send(100, "abc");
  send(103, "def");
  send(106, "gh", kTcpAck | kTcpFin);
  EXPECT_EQ(heard.text, "+abcdefgh.");
  EXPECT_THAT(heard.offsets, testing::ElementsAre(0, 3, 6));
  EXPECT_EQ(reassembler.counts().delivered_bytes, 8u);
  EXPECT_EQ(reassembler.counts().gaps, 0u);
}

TEST_F(TcpReassemblerTest, DropsRetransmissionsAndOverlaps) {
  send(99, "", kTcpSyn);
  send(100, "abc");
  send(100, "abc");
  send(101, "bcde");
  EXPECT_EQ(heard.text, "+abcde");
  EXPECT_EQ(reassembler.counts().repeated_bytes, 5u);
}

TEST_F(TcpReassemblerTest, PutsSegmentsBackInOrder) {
  send(99, "", kTcpSyn);
  send(106, "gh");
  send(103, "def");
  send(103, "def");
  EXPECT_EQ(heard.text, "+") << "nothing before the hole is filled";
  send(100, "abc");
  EXPECT_EQ(heard.text, "+abcdefgh");
  EXPECT_THAT(heard.numbers, testing::ElementsAre(5, 3, 2)) << "the packets that carried them";
  EXPECT_EQ(reassembler.counts().gaps, 0u);
  EXPECT_EQ(reassembler.counts().missing_bytes, 0u);
}

TEST_F(TcpReassemblerTest, WorksAcrossTheEndOfTheSequenceSpace) {
  send(0xfffffffd, "", kTcpSyn);
  send(0x00000001, "def");
  send(0xfffffffe, "abc");
  EXPECT_EQ(heard.text, "+abcdef");
}

TEST_F(TcpReassemblerTest, BeginsInMidStreamAndSaysSo) {
  send(5000, "rest of a frame");
  EXPECT_EQ(heard.text, "+~rest of a frame");
  EXPECT_EQ(reassembler.counts().gaps, 1u);
}

TEST_F(TcpReassemblerTest, GivesUpAHoleThatTheReceiverAcknowledged) {
  send(99, "", kTcpSyn);
  send(100, "abc");
  send(106, "gh");
  send(110, "kl");
  acknowledge(103);
  EXPECT_EQ(heard.text, "+abc") << "the hole itself is not acknowledged";
  acknowledge(108);
  EXPECT_EQ(heard.text, "+abc~gh");
  acknowledge(112);
  EXPECT_EQ(heard.text, "+abc~gh~kl");
  EXPECT_EQ(reassembler.counts().missing_bytes, 5u);
  EXPECT_THAT(heard.offsets, testing::ElementsAre(0, 6, 10)) << "missing bytes keep their place";
}

TEST_F(TcpReassemblerTest, GivesUpAHoleAfterItsWait) {
  send(99, "", kTcpSyn);
  send(103, "def");
  now = now + settings.hole_wait_ns / 2;
  reassembler.on_time(now);
  EXPECT_EQ(heard.text, "+");
  now = now + settings.hole_wait_ns / 2;
  reassembler.on_time(now);
  EXPECT_EQ(heard.text, "+~def");
  send(100, "abc");
  EXPECT_EQ(heard.text, "+~def") << "too late: it would be out of order";
}

TEST_F(TcpReassemblerTest, HoldsABoundedNumberOfBytes) {
  send(99, "", kTcpSyn);
  for (std::uint32_t i = 0; i < 1000; ++i) send(200 + 2 * i, "x");
  EXPECT_THAT(heard.text, testing::StartsWith("+~x~x"));
  reassembler.flush(now);
  EXPECT_EQ(reassembler.counts().delivered_bytes, 1000u);
  EXPECT_EQ(reassembler.counts().missing_bytes, 100u + 999u);
}

TEST_F(TcpReassemblerTest, FlushesWhatIsHeldAtTheEnd) {
  send(99, "", kTcpSyn);
  send(103, "def", kTcpAck | kTcpFin);
  reassembler.flush(now);
  EXPECT_EQ(heard.text, "+~def.");
}

// Found by pcap_reader_fuzz: bytes held beyond a FIN came out after the flow had closed.
TEST_F(TcpReassemblerTest, NothingComesOutOfAClosedFlow) {
  send(99, "", kTcpSyn);
  send(110, "held");
  send(100, "abc", kTcpAck | kTcpFin);
  now = now + 2 * settings.hole_wait_ns;
  reassembler.on_time(now);
  reassembler.flush(now);
  EXPECT_EQ(heard.text, "+abc~held.");
}

TEST_F(TcpReassemblerTest, ResetClosesAfterWhatIsHeld) {
  send(99, "", kTcpSyn);
  send(103, "def");
  send(106, "", kTcpRst);
  EXPECT_EQ(heard.text, "+~def.");
}

TEST_F(TcpReassemblerTest, ASecondConnectionBetweenTheSamePortsIsANewFlow) {
  send(99, "", kTcpSyn);
  send(100, "abc");
  send(77'000'000, "", kTcpSyn);
  send(77'000'001, "def");
  EXPECT_EQ(heard.text, "+abc.+def");
}

TEST_F(TcpReassemblerTest, AJumpBeyondAnyWindowIsAConnectionInMidStream) {
  send(99, "", kTcpSyn);
  send(100, "abc");
  send(900'000'000, "def");
  EXPECT_EQ(heard.text, "+abc.+~def");
}

TEST_F(TcpReassemblerTest, ALateRetransmissionDoesNotReopenAClosedFlow) {
  send(99, "", kTcpSyn);
  send(100, "abc", kTcpAck | kTcpFin);
  send(100, "abc");
  EXPECT_EQ(heard.text, "+abc.");
}

TEST_F(TcpReassemblerTest, IgnoresWhatNobodyWants) {
  segment(kClient, kGateway, 1, 0, "logon", kTcpAck);
  EXPECT_EQ(heard.text, "");
}

TEST(TcpReassembler, RefusesFlowsBeyondItsTable) {
  Transcript heard;
  TcpReassembler reassembler(heard, {.flows = 2});
  for (std::uint16_t port = 1; port <= 3; ++port) {
    CapturedPacket packet;
    packet.view = {kGateway, {1, port}, IpProtocol::tcp, kTcpAck, 1, 0, bytes_of("x")};
    reassembler.on_segment(packet);
  }
  EXPECT_EQ(heard.text, "+~x+~x");
  EXPECT_EQ(reassembler.counts().refused_segments, 1u);
}

// Any order of any segments of a stream, with repeats and none lost, gives the stream.
TEST(TcpReassembler, AnyOrderGivesTheSameStream) {
  constexpr unsigned kSeed = 20250402;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 200; ++round) {
    std::string stream(200, ' ');
    for (char& c : stream) c = static_cast<char>('a' + random() % 26);
    std::vector<std::pair<std::uint32_t, std::string>> segments;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t length = 1 + random() % 12;
      const std::size_t from = at - std::min<std::size_t>(at, random() % 4);
      segments.emplace_back(static_cast<std::uint32_t>(from),
                            stream.substr(from, at + length - from));
      at += length;
    }
    for (int i = 0; i < 5; ++i) segments.push_back(segments[random() % segments.size()]);
    std::shuffle(segments.begin(), segments.end(), random);

    Transcript heard;
    TcpReassembler reassembler(heard);
    const auto base = static_cast<std::uint32_t>(random());
    CapturedPacket packet;
    packet.view = {kGateway, kClient, IpProtocol::tcp, kTcpSyn, base - 1, 0, {}};
    reassembler.on_segment(packet);
    for (const auto& [at, text] : segments) {
      packet.view = {kGateway, kClient, IpProtocol::tcp, kTcpAck, base + at, 0, bytes_of(text)};
      reassembler.on_segment(packet);
    }
    ASSERT_EQ(heard.text, "+" + stream) << "round " << round;
  }
}

}  // namespace
}  // namespace indexcast::feed

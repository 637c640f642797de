// Which bytes of a capture reach which handler, when, and what becomes of the rest.
#include "feedhandlers/capture/capture_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pcap/dlt.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/capture/capture_writer.h"

namespace indexcast::feed {
namespace {

using test::ip_tcp;
using test::ip_udp;
using test::kClient;
using test::kGateway;
using test::kGroup;
using test::TemporaryCapture;

constexpr TimeNs kStart{1'700'000'000 * kNsPerSecond};

class RecordingStream : public StreamHandler {
 public:
  void on_connected(TimeNs, Outbox&) override { ADD_FAILURE() << "a capture has no connection"; }
  bool on_bytes(Bytes, TimeNs, Outbox&) override { return false; }
  bool on_time(TimeNs now, Outbox& out) override {
    ticks.push_back(now);
    out.push_back(std::byte{1});
    return true;
  }
  void on_disconnected(TimeNs) override { text += "."; }
  void on_captured(Bytes bytes, TimeNs now, bool after_gap) override {
    if (after_gap) text += "~";
    text += text_at(bytes.data(), bytes.size());
    times.push_back(now);
  }
  FeedState state() const override { return FeedState{}; }
  FeedCounters& counters() override { return counters_; }

  std::string text;
  std::vector<TimeNs> ticks;
  std::vector<TimeNs> times;

 private:
  FeedCounters counters_;
};

class RecordingDatagrams : public DatagramHandler {
 public:
  void on_datagram(std::uint32_t channel, Line line, Bytes payload, TimeNs now) override {
    text += std::to_string(channel) + (line == Line::a ? "A" : "B");
    text += text_at(payload.data(), payload.size());
    text += " ";
    last = now;
  }
  void on_time(TimeNs now) override { last_tick = now; }
  FeedState state() const override { return FeedState{}; }
  FeedCounters& counters() override { return counters_; }

  std::string text;
  TimeNs last;
  TimeNs last_tick;

 private:
  FeedCounters counters_;
};

class CaptureReplayTest : public testing::Test {
 protected:
  CaptureReplayTest() {
    routes.streams = {{{{"10.0.0.1", 9129}, {"10.0.0.9", 9129}}, &stream}};
    routes.datagrams = {{{"239.1.1.1", 51000}, 10, Line::a, &datagrams},
                        {{"239.1.1.2", 51000}, 10, Line::b, &datagrams}};
  }

  void send(std::int64_t after_ms, std::uint32_t sequence, const std::string& payload,
            std::uint8_t flags = kTcpAck, SocketAddress source = kGateway) {
    capture.add(kStart + after_ms * kNsPerMs,
                ip_tcp(source, kClient, {sequence, 0, flags, payload}));
  }
  ReplayCounts replay() {
    auto source = CaptureSource::open({capture.path()});
    EXPECT_TRUE(source.ok()) << source.status();
    CaptureReplay run(*std::move(source), routes);
    while (run.step()) times.push_back(run.now());
    return run.counts();
  }

  RecordingStream stream;
  RecordingDatagrams datagrams;
  ReplayRoutes routes;
  TemporaryCapture capture{DLT_EN10MB};
  std::vector<TimeNs> times;
};

TEST_F(CaptureReplayTest, StreamsAndDatagramsReachTheirHandlers) {
  send(0, 99, "", kTcpSyn | kTcpAck);
  send(1, 100, "abc");
  capture.add(kStart + 2 * kNsPerMs, ip_udp(kGateway, kGroup, "one"));
  capture.add(kStart + 3 * kNsPerMs, ip_udp(kGateway, {0xef010102, 51000}, "one"));
  capture.add(kStart + 4 * kNsPerMs, ip_udp(kGateway, {0xef010103, 51000}, "foreign"));
  capture.add(kStart + 5 * kNsPerMs, ip_tcp(kClient, kGateway, {1, 103, kTcpAck, "logon"}));
  send(6, 103, "def");

  const ReplayCounts counts = replay();

  EXPECT_EQ(stream.text, "abcdef") << "the server's side only";
  EXPECT_EQ(stream.times.front(), kStart + kNsPerMs);
  EXPECT_EQ(datagrams.text, "10Aone 10Bone ");
  EXPECT_EQ(datagrams.last, kStart + 3 * kNsPerMs);
  EXPECT_EQ(counts.datagrams, 2u);
  EXPECT_EQ(counts.datagram_bytes, 6u);
  EXPECT_EQ(counts.stream_bytes, 6u);
  EXPECT_EQ(counts.unrouted_packets, 1u);
}

TEST_F(CaptureReplayTest, AGapReachesTheHandler) {
  send(0, 99, "", kTcpSyn);
  send(1, 100, "abc");
  send(2, 106, "gh");
  capture.add(kStart + 3 * kNsPerMs, ip_tcp(kClient, kGateway, {1, 108, kTcpAck, ""}));
  replay();
  EXPECT_EQ(stream.text, "abc~gh");
}

TEST_F(CaptureReplayTest, GatewaysOfOtherHostsAreKnownByTheirPort) {
  send(0, 100, "abc", kTcpAck, {0xc0a80001, 9129});
  replay();
  EXPECT_EQ(stream.text, "~abc");
}

TEST_F(CaptureReplayTest, UnlessHostsMustMatch) {
  routes.match_gateway_hosts = true;
  send(0, 100, "abc", kTcpAck, {0xc0a80001, 9129});
  send(0, 100, "def", kTcpAck, {0x0a000009, 9129});
  replay();
  EXPECT_EQ(stream.text, "~def") << "10.0.0.9 is the second gateway";
}

TEST_F(CaptureReplayTest, OneConnectionAtATime) {
  const SocketAddress backup{0x0a000009, 9129};
  send(0, 99, "", kTcpSyn);
  send(1, 100, "abc");
  send(2, 500, "backup", kTcpAck, backup);
  send(3, 103, "def", kTcpAck | kTcpFin);
  send(4, 506, "more", kTcpAck, backup);
  const ReplayCounts counts = replay();
  EXPECT_EQ(stream.text, "abcdef.~more");
  EXPECT_EQ(counts.unfollowed_bytes, 6u);
  EXPECT_EQ(counts.stream_bytes, 10u);
}

TEST_F(CaptureReplayTest, ASilentConnectionYields) {
  const SocketAddress backup{0x0a000009, 9129};
  send(0, 99, "", kTcpSyn);
  send(1, 100, "abc");
  send(1 + 10'000, 500, "backup", kTcpAck, backup);
  replay();
  EXPECT_EQ(stream.text, "abc.~backup");
}

TEST_F(CaptureReplayTest, TimePassesEvenlyBetweenPackets) {
  send(0, 99, "", kTcpSyn);
  send(35, 100, "abc");
  const ReplayCounts counts = replay();
  EXPECT_THAT(stream.ticks, testing::ElementsAre(kStart + 10 * kNsPerMs, kStart + 20 * kNsPerMs,
                                                 kStart + 30 * kNsPerMs, kStart + 1035 * kNsPerMs));
  EXPECT_EQ(counts.ticks, 4u);
  EXPECT_EQ(datagrams.last_tick, kStart + 1035 * kNsPerMs) << "a last second after the end";
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
}

TEST_F(CaptureReplayTest, ANightPassesInOneTick) {
  send(0, 99, "", kTcpSyn);
  send(15 * 3600 * 1000, 100, "abc");
  EXPECT_EQ(replay().ticks, 2u);
}

TEST_F(CaptureReplayTest, AClockThatStepsBackDoesNotTurnTimeBack) {
  send(50, 99, "", kTcpSyn);
  send(10, 100, "abc");
  replay();
  EXPECT_EQ(stream.text, "abc");
  EXPECT_EQ(stream.times.front(), kStart + 50 * kNsPerMs);
}

TEST_F(CaptureReplayTest, AnEmptyCaptureEndsAtOnce) {
  EXPECT_EQ(replay().ticks, 0u);
  EXPECT_TRUE(times.empty());
}

}  // namespace
}  // namespace indexcast::feed

// Captures of simulated days, read back by libpcap and libtins, by the project's own replay and by
// tshark.
#include "feedhandlers/simulator/pcap_transport.h"

#include <gtest/gtest.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/sniffer.h>
#include <tins/tcp_ip/stream_follower.h>
#include <tins/udp.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/transport/bytes.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

// Ten minutes around the end of the opening auction: every kind of message, a quick test.
Settings morning() {
  Settings settings = test::make_settings();
  settings.begin_ms = feed::hms(9, 23);
  settings.end_ms = feed::hms(9, 33);
  settings.ticks_per_second = 1.0;
  return settings;
}

// A capture in a file that goes with the object.
class Capture {
 public:
  explicit Capture(const Settings& settings)
      : path_(std::filesystem::temp_directory_path() /
              ("simulator_test." + std::to_string(getpid()) + "." + std::to_string(next_++) +
               ".pcap")) {
    const Universe universe = test::make_universe();
    SimulatedDay day(settings, universe);
    PcapTransport transport(settings, path_.string());
    const std::atomic<bool> stop{false};
    play(day, transport, stop);
    counts = transport.counts();
  }
  ~Capture() { std::filesystem::remove(path_); }

  std::string path() const { return path_.string(); }
  std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TransportCounts counts;

 private:
  static inline int next_ = 0;
  std::filesystem::path path_;
};

// What each line carried: destination port to the raw packets.
std::map<std::uint16_t, std::vector<std::vector<std::uint8_t>>> datagrams(const Capture& capture) {
  std::map<std::uint16_t, std::vector<std::vector<std::uint8_t>>> lines;
  Tins::FileSniffer sniffer(capture.path());
  for (Tins::Packet packet; (packet = sniffer.next_packet());) {
    const auto* udp = packet.pdu()->find_pdu<Tins::UDP>();
    if (udp == nullptr) continue;
    lines[udp->dport()].push_back(packet.pdu()->rfind_pdu<Tins::RawPDU>().payload());
  }
  return lines;
}

TEST(PcapTransport, SameSeedGivesTheSameFile) {
  const Capture first(morning());
  const Capture second(morning());
  EXPECT_FALSE(first.content().empty());
  EXPECT_TRUE(first.content() == second.content());
}

TEST(PcapTransport, StampsAreNanosecondsInOrder) {
  const Capture capture(morning());
  Tins::FileSniffer sniffer(capture.path());
  std::int64_t last = 0;
  std::size_t frames = 0;
  for (Tins::Packet packet; (packet = sniffer.next_packet()); ++frames) {
    const auto now = std::chrono::microseconds(packet.timestamp()).count();
    ASSERT_LE(last, now);
    last = now;
  }
  EXPECT_GT(frames, 1'000u);
  // Magic of a nanosecond pcap, little-endian.
  EXPECT_EQ(capture.content().substr(0, 4), "\x4d\x3c\xb2\xa1");
}

TEST(PcapTransport, EveryPacketIsOnALineAndEachLineLostSome) {
  Settings settings = morning();
  settings.loss_a = settings.loss_b = 0.05;
  const Capture capture(settings);
  EXPECT_GT(capture.counts.packets_lost[0], 0u);
  EXPECT_GT(capture.counts.packets_lost[1], 0u);

  auto lines = datagrams(capture);
  std::set<std::vector<std::uint8_t>> a(lines[51003].begin(), lines[51003].end());
  std::set<std::vector<std::uint8_t>> b(lines[51004].begin(), lines[51004].end());
  std::set<std::vector<std::uint8_t>> sent;
  const Universe universe = test::make_universe();
  SimulatedDay day(settings, universe);
  for (ExchangeMessage message; day.next(message);) {
    if (message.venue != feed::Venue::hkex || message.channel != 11) continue;
    std::vector<std::uint8_t> packet;
    for (const std::byte byte : message.bytes) packet.push_back(static_cast<std::uint8_t>(byte));
    ASSERT_TRUE(a.contains(packet) || b.contains(packet));
    sent.insert(std::move(packet));
  }
  EXPECT_LT(a.size(), sent.size());
  EXPECT_LT(b.size(), sent.size());
}

struct Streams {
  std::map<std::uint16_t, std::vector<std::byte>> server, client;  // by the server's port
  int opened = 0;
  int closed = 0;
};

Streams follow_streams(const Capture& capture) {
  using Tins::TCPIP::Stream;
  Streams streams;
  Tins::TCPIP::StreamFollower follower;
  const auto append = [](std::vector<std::byte>& to, const Stream::payload_type& bytes) {
    for (const std::uint8_t byte : bytes) to.push_back(std::byte{byte});
  };
  follower.new_stream_callback([&](Stream& stream) {
    ++streams.opened;
    stream.server_data_callback(
        [&](Stream& s) { append(streams.server[s.server_port()], s.server_payload()); });
    stream.client_data_callback(
        [&](Stream& s) { append(streams.client[s.server_port()], s.client_payload()); });
    stream.stream_closed_callback([&](Stream&) { ++streams.closed; });
  });
  Tins::FileSniffer sniffer(capture.path());
  for (Tins::Packet packet; (packet = sniffer.next_packet());) follower.process_packet(packet);
  return streams;
}

// Whole frames from the first byte to the last one, each with a good checksum.
template <class Scan, class Check>
std::size_t count_frames(const std::vector<std::byte>& stream, Scan scan, Check check) {
  feed::Bytes rest(stream);
  std::size_t frames = 0;
  for (; !rest.empty(); ++frames) {
    const feed::FrameScan found = scan(rest);
    EXPECT_EQ(found.status, feed::FrameScan::Status::complete);
    if (found.status != feed::FrameScan::Status::complete) break;
    EXPECT_TRUE(check(rest.first(found.length)));
    rest = rest.subspan(found.length);
  }
  return frames;
}

TEST(PcapTransport, ConversationsAreWholeFromHandshakeToEnd) {
  const Capture capture(morning());
  const Streams streams = follow_streams(capture);
  EXPECT_EQ(streams.opened, 2);
  EXPECT_EQ(streams.closed, 2);
  const std::uint64_t sse_frames =
      count_frames(streams.server.at(9128), sse::scan_frame, sse::checksum_ok);
  const std::uint64_t szse_frames =
      count_frames(streams.server.at(9129), szse::scan_frame, szse::checksum_ok);
  // The day, the logon's answer, the logout and perhaps heartbeats.
  EXPECT_GE(sse_frames, capture.counts.messages[0] + 2);
  EXPECT_GE(szse_frames, capture.counts.messages[1] + 2);
  // Logon, heartbeats every three seconds, logout.
  EXPECT_GT(count_frames(streams.client.at(9128), sse::scan_frame, sse::checksum_ok), 100u);
  EXPECT_GT(count_frames(streams.client.at(9129), szse::scan_frame, szse::checksum_ok), 100u);
  EXPECT_EQ(capture.counts.sessions, 2u);
}

TEST(PcapTransport, TsharkFindsNothingWrong) {
  if (std::system("command -v tshark >/dev/null 2>&1") != 0) GTEST_SKIP() << "tshark is absent";
  const Capture capture(morning());
  const std::string command =
      "tshark -r '" + capture.path() +
      "' -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE"
      " -Y 'tcp.analysis.flags || _ws.malformed || ip.checksum.status==0 ||"
      " tcp.checksum.status==0 || udp.checksum.status==0' 2>/dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::array<char, 4096> text{};
  const std::size_t size = std::fread(text.data(), 1, text.size(), pipe);
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(std::string(text.data(), size), "");
}

TEST(PcapTransport, NamesAFileThatCannotBeWritten) {
  EXPECT_THROW(PcapTransport(morning(), "/nowhere/day.pcap"), std::runtime_error);
}

}  // namespace
}  // namespace indexcast::sim

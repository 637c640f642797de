// Real sockets on the loopback interface.
#include "feedhandlers/session/udp_feed.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <vector>

#include "feedhandlers/hkex/udp_lines.h"

namespace indexcast::feed {
namespace {

// Sends to loopback groups.
class Sender {
 public:
  Sender() : descriptor_(socket(AF_INET, SOCK_DGRAM, 0)) {
    in_addr loopback{htonl(INADDR_LOOPBACK)};
    setsockopt(descriptor_, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback);
  }
  ~Sender() { close(descriptor_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void send(const Endpoint& to, const std::string& payload) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    inet_pton(AF_INET, to.host.c_str(), &address.sin_addr);
    const auto sent = sendto(descriptor_, payload.data(), payload.size(), 0,
                             reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ASSERT_EQ(sent, static_cast<ssize_t>(payload.size()));
  }

 private:
  int descriptor_;
};

// A port that the kernel says is free now.
std::uint16_t free_port() {
  const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  close(descriptor);
  return ntohs(address.sin_port);
}

class Recorder final : public DatagramHandler {
 public:
  void on_datagram(std::uint32_t channel, Line line, Bytes payload, TimeNs now) override {
    counters_.add(FeedCounter::packets);
    times.push_back(now);
    got.emplace_back(channel, line,
                     std::string(reinterpret_cast<const char*>(payload.data()), payload.size()));
  }
  void on_time(TimeNs now) override { last_time = now; }
  FeedState state() const override { return FeedState::live; }
  FeedCounters& counters() override { return counters_; }

  std::vector<std::tuple<std::uint32_t, Line, std::string>> got;
  std::vector<TimeNs> times;
  TimeNs last_time{};

 private:
  FeedCounters counters_;
};

// Waits for the feed's own descriptors until `count` datagrams came.
void receive(UdpFeed& feed, const Recorder& recorder, std::size_t count) {
  ReadySet ready;
  feed.watch(ready);
  while (recorder.got.size() < count) {
    const std::size_t before = recorder.got.size();
    ready.wait(5 * kNsPerSecond);
    feed.poll(TimeNs{42});
    ASSERT_GT(recorder.got.size(), before) << "nothing came";
  }
}

UdpFeedSettings settings_for(std::vector<UdpLine> lines) {
  UdpFeedSettings settings;
  settings.lines = std::move(lines);
  settings.receive_buffer_bytes = 1 << 18;
  return settings;
}

TEST(UdpFeed, ReceivesBothLinesOfAMulticastChannel) {
  const Endpoint a{"239.255.77.1", free_port()};
  const Endpoint b{"239.255.77.2", a.port};
  Recorder recorder;
  UdpFeed feed(settings_for({{7, Line::a, a}, {7, Line::b, b}}), recorder);
  const Sender sender;
  sender.send(a, "from a");
  sender.send(b, "from b");
  receive(feed, recorder, 2);
  EXPECT_THAT(recorder.got, testing::UnorderedElementsAre(std::tuple(7u, Line::a, "from a"),
                                                          std::tuple(7u, Line::b, "from b")));
  EXPECT_GE(recorder.last_time, TimeNs{42});
  EXPECT_GE(feed.receive_buffer_bytes(), 1 << 18);
  EXPECT_EQ(feed.state(), FeedState::live);
}

TEST(UdpFeed, ReceivesOnAUnicastAddress) {
  const Endpoint address{"127.0.0.1", free_port()};
  Recorder recorder;
  UdpFeed feed(settings_for({{3, Line::b, address}}), recorder);
  Sender().send(address, "hello");
  receive(feed, recorder, 1);
  EXPECT_EQ(recorder.got[0], std::tuple(3u, Line::b, std::string("hello")));
}

TEST(UdpFeed, ReadsABoundedBatchAndNeverWaits) {
  const Endpoint address{"127.0.0.1", free_port()};
  Recorder recorder;
  UdpFeed feed(settings_for({{3, Line::a, address}}), recorder);
  EXPECT_EQ(feed.poll(TimeNs{1}), 0u);
  const Sender sender;
  for (std::size_t i = 0; i < UdpFeed::kBatch + 10; ++i) sender.send(address, "x");
  EXPECT_EQ(feed.poll(TimeNs{2}), UdpFeed::kBatch);
  EXPECT_EQ(feed.poll(TimeNs{3}), 10u);
  EXPECT_EQ(feed.poll(TimeNs{4}), 0u);
}

TEST(UdpFeed, CountsWhatTheKernelDropped) {
  const Endpoint address{"127.0.0.1", free_port()};
  Recorder recorder;
  UdpFeedSettings settings = settings_for({{3, Line::a, address}});
  settings.receive_buffer_bytes = 1;  // the kernel's smallest
  UdpFeed feed(settings, recorder);
  const Sender sender;
  constexpr std::size_t kSent = 200;
  for (std::size_t i = 0; i < kSent; ++i) sender.send(address, std::string(1000, 'x'));
  while (feed.poll(TimeNs{1}) > 0) {
  }
  sender.send(address, "last");  // carries the count
  receive(feed, recorder, recorder.got.size() + 1);
  EXPECT_LT(recorder.got.size(), kSent);
  EXPECT_EQ(recorder.got.size() + feed.counters().get(FeedCounter::kernel_drops), kSent + 1);
}

TEST(UdpFeed, CountsWhatTheKernelDroppedOfAGroup) {
  const Endpoint group{"239.255.77.9", free_port()};
  Recorder recorder;
  UdpFeedSettings settings = settings_for({{3, Line::a, group}});
  settings.receive_buffer_bytes = 1;
  UdpFeed feed(settings, recorder);
  EXPECT_LT(feed.receive_buffer_bytes(), 1 << 18);
  const Sender sender;
  constexpr std::size_t kSent = 200;
  for (std::size_t i = 0; i < kSent; ++i) sender.send(group, std::string(1000, 'x'));
  while (feed.poll(TimeNs{1}) > 0) {
  }
  sender.send(group, "last");
  receive(feed, recorder, recorder.got.size() + 1);
  EXPECT_LT(recorder.got.size(), kSent);
  EXPECT_EQ(recorder.got.size() + feed.counters().get(FeedCounter::kernel_drops), kSent + 1);
}

// The receive clock of this test is a day ahead of the wall clock, on which the kernel stamps. The
// kernel begins to stamp arriving datagrams a moment after the first socket asked for it; until
// then it stamps them as they are read, so datagrams are sent until one was stamped before.
TEST(UdpFeed, StampsDatagramsWithTheAgeOfTheKernelsStamp) {
  const Endpoint address{"127.0.0.1", free_port()};
  Recorder recorder;
  UdpFeed feed(settings_for({{3, Line::a, address}}), recorder);
  const Sender sender;
  TimeNs polled{}, earliest{}, latest{};
  do {
    const TimeNs before = read_clocks().wall;
    sender.send(address, "one");
    const TimeNs after = read_clocks().wall;
    const std::size_t known = recorder.got.size();
    TimeNs began{}, ended{};
    while (recorder.got.size() == known) {
      began = read_clocks().wall;
      polled = began + kNsPerDay;
      feed.poll(polled);
      ended = read_clocks().wall;
    }
    earliest = polled + (before - ended);
    latest = polled + (after - began);
  } while (recorder.times.back() > latest);
  EXPECT_GE(recorder.times.back(), earliest);
  EXPECT_TRUE(std::is_sorted(recorder.times.begin(), recorder.times.end()));
  EXPECT_EQ(recorder.last_time, polled);
  EXPECT_EQ(feed.counters().get(FeedCounter::stamps_unusable), 0u);
}

TEST(UdpFeed, NeverStampsADatagramAfterItWasRead) {
  const Endpoint address{"127.0.0.1", free_port()};
  Recorder recorder;
  UdpFeed feed(settings_for({{3, Line::a, address}}), recorder);
  const std::int64_t began_ns = read_clocks().monotonic_ns;
  Sender().send(address, "one");
  receive(feed, recorder, 1);
  EXPECT_LE(recorder.times[0], TimeNs{42} + (read_clocks().monotonic_ns - began_ns));
}

TEST(UdpFeed, TakesOnlyWhatTheConfiguredSourcesSend) {
  const Endpoint address{"127.0.0.1", free_port()};
  Recorder recorder;
  UdpFeedSettings settings = settings_for({{3, Line::a, address}});
  settings.sources = {"192.0.2.1"};
  UdpFeed strict(settings, recorder);
  Sender().send(address, "from a stranger");
  while (recorder.counters().get(FeedCounter::source_filtered) == 0) strict.poll(TimeNs{1});
  EXPECT_TRUE(recorder.got.empty());
  settings.sources = {"192.0.2.1", "127.0.0.1"};
  settings.lines[0].address.port = free_port();
  UdpFeed open(settings, recorder);
  Sender().send(settings.lines[0].address, "from a friend");
  receive(open, recorder, 1);
  settings.sources = {"friend"};
  EXPECT_THROW(UdpFeed(settings, recorder), std::runtime_error);
}

TEST(UdpFeed, JoinsAGroupForItsSourcesAlone) {
  const Endpoint group{"239.255.77.3", free_port()};
  Recorder recorder;
  UdpFeedSettings settings = settings_for({{3, Line::a, group}});
  settings.join_sources = true;
  settings.sources = {"127.0.0.1"};
  UdpFeed friendly(settings, recorder);
  settings.sources = {"192.0.2.1"};
  Recorder nothing;
  UdpFeed strict(settings, nothing);
  Sender().send(group, "to the group");
  receive(friendly, recorder, 1);
  // The kernel hands a datagram to every member at once, so it would be there by now.
  strict.poll(TimeNs{1});
  EXPECT_TRUE(nothing.got.empty());
  EXPECT_EQ(nothing.counters().get(FeedCounter::source_filtered), 0u);
}

TEST(UdpFeed, CountsReadsThatFail) {
  Recorder recorder;
  const int socket = dup(STDIN_FILENO);  // the feed opens the same number again
  close(socket);
  UdpFeed feed(settings_for({{3, Line::a, {"127.0.0.1", 0}}}), recorder);
  EXPECT_NE(feed.local_port(0), 0);
  // Something else takes the descriptor's place: not a socket.
  const int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(dup2(other, socket), socket);
  close(other);
  EXPECT_EQ(feed.poll(TimeNs{1}), 0u);
  EXPECT_EQ(feed.counters().get(FeedCounter::receive_errors), 1u);
}

TEST(UdpFeed, NamesTheAddressThatItCannotOpen) {
  Recorder recorder;
  const auto message_for = [&recorder](UdpFeedSettings settings) -> std::string {
    try {
      UdpFeed feed(settings, recorder);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "opened";
  };
  EXPECT_THAT(message_for(settings_for({{1, Line::a, {"nonsense", 1234}}})),
              testing::HasSubstr("nonsense:1234"));
  EXPECT_THAT(message_for(settings_for({{1, Line::a, {"192.0.2.1", 1234}}})),
              testing::AllOf(testing::HasSubstr("192.0.2.1:1234"), testing::HasSubstr("bind")));
  UdpFeedSettings elsewhere = settings_for({{1, Line::a, {"239.255.77.1", free_port()}}});
  elsewhere.interface = "192.0.2.9";
  EXPECT_THAT(message_for(elsewhere), testing::HasSubstr("interface 192.0.2.9"));
}

TEST(UdpLines, AreTheConfiguredOnes) {
  hkex::Settings settings;
  settings.channels.push_back({10, {"239.1.1.1", 5000}, {"239.1.1.2", 5000}});
  settings.channels.push_back({11, {"239.1.1.3", 5000}, {}});
  settings.channels[1].refresh_b = {"239.1.1.4", 5000};
  settings.sources = {"10.0.0.2"};
  settings.interface = "10.0.0.1";
  settings.receive_buffer_bytes = 4096;
  const UdpFeedSettings lines = hkex::udp_feed_settings(settings);
  ASSERT_EQ(lines.lines.size(), 4u);
  EXPECT_EQ(lines.lines[3].channel, hkex::refresh_id(11));
  EXPECT_EQ(lines.lines[3].line, Line::b);
  EXPECT_EQ(lines.sources, (std::vector<std::string>{"10.0.0.2"}));
  EXPECT_EQ(lines.lines[1].line, Line::b);
  EXPECT_EQ(lines.lines[2].channel, 11u);
  EXPECT_EQ(lines.interface, "10.0.0.1");
  EXPECT_EQ(lines.receive_buffer_bytes, 4096);
}

}  // namespace
}  // namespace indexcast::feed

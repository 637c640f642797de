// Pairs of gateways on loopback sockets, and clients that know frames and nothing else.
#include "feedhandlers/simulator/gateway_set.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <vector>

#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/encoder.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using feed::Venue;

// A client on the same io_context as the gateways: everything runs on the test's thread.
class Client {
 public:
  Client(asio::io_context& io, std::uint16_t port) : socket_(io) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    read();
  }
  void send(const std::vector<std::byte>& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  void close() { socket_.close(); }
  bool closed() const { return closed_; }
  feed::Bytes received() const { return received_; }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(part_),
                            [this](boost::system::error_code error, std::size_t size) {
                              received_.insert(received_.end(), part_.begin(),
                                               part_.begin() + static_cast<std::ptrdiff_t>(size));
                              error ? void(closed_ = true) : read();
                            });
  }

  tcp::socket socket_;
  std::array<std::byte, 65536> part_{};
  std::vector<std::byte> received_;
  bool closed_ = false;
};

struct Site {
  Site(Venue venue, FaultPlan plan, std::size_t gateways = 2)
      : settings(test::only(venue)), faults(plan, 1) {
    settings.faults = std::move(plan);
    settings.sse.gateways.clear();
    settings.szse.gateways.clear();
    for (std::size_t i = 1; i <= gateways; ++i) {
      const std::string id = "mdgw" + std::to_string(i);
      const feed::Endpoint any{"127.0.0.1", 0};
      if (venue == Venue::sse) {
        settings.sse.gateways.push_back({.address = any, .target_comp_id = id});
      } else {
        settings.szse.gateways.push_back(
            {.address = any, .target_comp_id = id, .password = "of " + id});
      }
    }
    set.emplace(io, settings, faults, counts);
  }

  // Runs the sockets until `done`; a test that waits in vain fails by its bound, not by a clock.
  bool run_until(const std::function<bool()>& done) {
    for (int i = 0; i < 200 && !done(); ++i) io.run_one_for(std::chrono::milliseconds(50));
    return done();
  }

  std::vector<std::byte> logon(std::size_t place = 0) const {
    const Venue venue = settings.szse.gateways.empty() ? Venue::sse : Venue::szse;
    return test::logon_of(venue, settings, place, 30);
  }

  asio::io_context io;
  Settings settings;
  TransportCounts counts;
  FaultBook faults;
  std::optional<GatewaySet> set;
};

ExchangeMessage some_image(Venue venue) {
  const Universe universe = test::make_universe();
  SimulatedDay day(test::only(venue), universe);
  for (ExchangeMessage message; day.next(message);) {
    if (message.security != 0 && message.stream == 0) return message;
  }
  return {};
}

constexpr std::size_t kSseLogonSize = 102;
constexpr std::size_t kSzseLogonSize = 104;

TEST(GatewaySet, BothGatewaysOfAPairServeTheSameDay) {
  Site site(Venue::sse, {});
  const auto ports = site.set->ports(Venue::sse);
  ASSERT_EQ(ports.size(), 2u);
  EXPECT_FALSE(site.set->has_clients());
  Client first(site.io, ports[0]), second(site.io, ports[1]);
  first.send(site.logon());
  second.send(site.logon(1));
  ASSERT_TRUE(site.run_until([&] {
    return first.received().size() == kSseLogonSize && second.received().size() == kSseLogonSize;
  }));
  EXPECT_TRUE(site.set->has_clients());
  const ExchangeMessage image = some_image(Venue::sse);
  site.set->publish(image);
  const std::size_t whole = kSseLogonSize + image.bytes.size();
  ASSERT_TRUE(site.run_until(
      [&] { return first.received().size() == whole && second.received().size() == whole; }));
  const feed::Bytes a = first.received().subspan(kSseLogonSize);
  const feed::Bytes b = second.received().subspan(kSseLogonSize);
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

TEST(GatewaySet, AClientThatIsMovedFindsTheWholeImageAtThePeer) {
  Fault logout = make_fault(FaultKind::logout);
  logout.channel = 1;
  logout.amount = 4;
  logout.begin_ms = feed::hms(8, 0);
  Site site(Venue::szse, {logout});
  const ExchangeMessage image = some_image(Venue::szse);
  Client first(site.io, site.set->ports(Venue::szse)[0]);
  first.send(site.logon());
  ASSERT_TRUE(site.run_until([&] { return first.received().size() == kSzseLogonSize; }));
  site.set->publish(image);
  const auto status = [&] {
    szse::Logout message;
    const feed::Bytes frame = first.received().subspan(kSzseLogonSize);
    EXPECT_EQ(szse::decode_logout(frame.first(216), message), feed::DecodeError::none);
    return message.session_status;
  };
  ASSERT_TRUE(site.run_until([&] { return first.received().size() >= kSzseLogonSize + 216; }));
  EXPECT_EQ(status(), 4);
  EXPECT_EQ(site.faults.counts()[0].happened, 1u);
  Client second(site.io, site.set->ports(Venue::szse)[1]);
  second.send(site.logon(1));
  ASSERT_TRUE(site.run_until(
      [&] { return second.received().size() == kSzseLogonSize + image.bytes.size(); }));
  const feed::Bytes got = second.received().subspan(kSzseLogonSize);
  EXPECT_TRUE(std::equal(got.begin(), got.end(), image.bytes.begin()));
}

// Each gateway of Shenzhen has an id of its own (GUIDE 5.1, notes 1.1).
TEST(GatewaySet, TheNamesOfOneGatewayAreNotThoseOfAnother) {
  Site site(Venue::szse, {});
  Client client(site.io, site.set->ports(Venue::szse)[1]);
  client.send(site.logon(0));
  ASSERT_TRUE(site.run_until([&] { return client.closed(); }));
  EXPECT_TRUE(client.received().empty()) << "closed without a logout";
}

// One connection per port (S117 2.2.1, notes 1.1): an old connection that the gateway still holds
// blocks a new one.
TEST(GatewaySet, AHeldSessionOfShenzhenBlocksANewOne) {
  Site site(Venue::szse, {});
  const std::uint16_t port = site.set->ports(Venue::szse)[0];
  Client first(site.io, port);
  first.send(site.logon());
  ASSERT_TRUE(site.run_until([&] { return first.received().size() == kSzseLogonSize; }));
  Client blocked(site.io, port);
  ASSERT_TRUE(site.run_until([&] { return blocked.closed(); }));
  EXPECT_TRUE(blocked.received().empty());
  EXPECT_EQ(site.counts.connections_blocked, 1u);
  // A new connection that arrives together with the end of the old one is accepted.
  first.close();
  Client next(site.io, port);
  next.send(site.logon());
  EXPECT_TRUE(site.run_until([&] { return next.received().size() == kSzseLogonSize; }));
}

TEST(GatewaySet, DisconnectsSweepTheBytesOfAMessageOnRealSockets) {
  constexpr std::uint64_t kTimes = 60;
  Fault fault = make_fault(FaultKind::disconnect_at_byte);
  fault.count = kTimes;
  Site site(Venue::sse, {fault}, 1);
  const ExchangeMessage image = some_image(Venue::sse);
  for (std::size_t k = 0; k < kTimes; ++k) {
    Client client(site.io, site.set->ports(Venue::sse)[0]);
    client.send(site.logon());
    ASSERT_TRUE(site.run_until([&] { return client.received().size() >= kSseLogonSize; }));
    if (k == 0) site.set->publish(image);
    ASSERT_TRUE(site.run_until([&] { return client.closed(); })) << k;
    // Later clients get the image on logon, and that is where they break.
    ASSERT_EQ(client.received().size(), kSseLogonSize + k);
  }
  EXPECT_EQ(site.faults.counts()[0].happened, kTimes);
}

TEST(GatewaySet, ASlowGatewaySendsEveryByteInTheEnd) {
  Fault fault = make_fault(FaultKind::slow);
  fault.amount = 100;
  fault.count = 1;
  Site site(Venue::szse, {fault}, 1);
  Client client(site.io, site.set->ports(Venue::szse)[0]);
  client.send(site.logon());
  ASSERT_TRUE(site.run_until([&] { return client.received().size() == kSzseLogonSize; }));
  const ExchangeMessage image = some_image(Venue::szse);
  site.set->publish(image);
  std::size_t steps = 0, seen = client.received().size();
  const std::size_t whole = kSzseLogonSize + image.bytes.size();
  ASSERT_TRUE(site.run_until([&] {
    steps += client.received().size() != seen;
    seen = client.received().size();
    return seen == whole;
  }));
  EXPECT_GE(steps, 5u) << "in pieces";
}

TEST(GatewaySet, AbsentVenueDoesNotListen) {
  Fault fault = make_fault(FaultKind::market_closed);
  Site site(Venue::sse, {fault});
  EXPECT_TRUE(site.set->ports(Venue::sse).empty());
  EXPECT_TRUE(site.set->has_clients()) << "nobody to wait for";
}

}  // namespace
}  // namespace indexcast::sim

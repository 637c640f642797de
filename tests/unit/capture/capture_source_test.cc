// Captures as files: link types, stamps, filters, order of several, damage.
#include "feedhandlers/capture/capture_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pcap/dlt.h>

#include <string>
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
using test::TemporaryFile;

std::string payload_of(const CapturedPacket& packet) {
  return std::string(text_at(packet.view.payload.data(), packet.view.payload.size()));
}

class LinkType : public testing::TestWithParam<int> {};

TEST_P(LinkType, UdpAndTcpComeOutWhole) {
  TemporaryCapture capture(GetParam());
  capture.add({1'700'000'000'123'456'789}, ip_udp(kGateway, kGroup, "datagram"));
  capture.add({1'700'000'000'123'456'790},
              ip_tcp(kGateway, kClient, {100, 7, kTcpAck | kTcpFin, "segment"}));

  auto source = CaptureSource::open({capture.path()});
  ASSERT_TRUE(source.ok()) << source.status();
  CapturedPacket packet;
  ASSERT_TRUE(source->next(packet));
  EXPECT_EQ(packet.verdict, PacketVerdict::good);
  EXPECT_EQ(packet.time.ns, 1'700'000'000'123'456'789) << "nanoseconds survive";
  EXPECT_EQ(packet.number, 1u);
  EXPECT_EQ(packet.view.transport, IpProtocol::udp);
  EXPECT_EQ(packet.view.source, kGateway);
  EXPECT_EQ(packet.view.destination, kGroup);
  EXPECT_EQ(payload_of(packet), "datagram");

  ASSERT_TRUE(source->next(packet));
  EXPECT_EQ(packet.view.transport, IpProtocol::tcp);
  EXPECT_EQ(packet.view.tcp_sequence, 100u);
  EXPECT_EQ(packet.view.tcp_acknowledged, 7u);
  EXPECT_EQ(packet.view.tcp_flags, kTcpAck | kTcpFin);
  EXPECT_EQ(payload_of(packet), "segment");
  EXPECT_FALSE(source->next(packet));
  EXPECT_TRUE(source->faults().empty());
}

INSTANTIATE_TEST_SUITE_P(CaptureSource, LinkType,
                         testing::Values(DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
                                         DLT_LOOP, DLT_RAW));

// One frame with a stated fault, and the verdict it must end in.
struct FaultCase {
  std::string name;
  std::size_t at;
  std::vector<std::uint8_t> bytes;  // written over the good frame at `at`
  std::size_t captured;             // of the frame, 42 bytes of headers and 8 of payload
  PacketVerdict verdict;
};

class Faults : public testing::TestWithParam<FaultCase> {};

TEST_P(Faults, AreCountedByReason) {
  const FaultCase& fault = GetParam();
  test::Frame frame = test::with_link(DLT_EN10MB, ip_udp(kGateway, kGroup, "datagram"));
  std::copy(fault.bytes.begin(), fault.bytes.end(),
            frame.begin() + static_cast<std::ptrdiff_t>(fault.at));
  TemporaryCapture capture(DLT_EN10MB);
  capture.add_frame({1}, frame, fault.captured);

  auto source = CaptureSource::open({capture.path()});
  ASSERT_TRUE(source.ok());
  CapturedPacket packet;
  ASSERT_TRUE(source->next(packet));
  EXPECT_EQ(name_of(packet.verdict), name_of(fault.verdict));
  EXPECT_EQ(source->counts().of(fault.verdict), 1u);
  EXPECT_EQ(source->counts().malformed(), is_malformed(fault.verdict) ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(
    CaptureSource, Faults,
    testing::Values(FaultCase{"no_fault", 0, {}, 50, PacketVerdict::good},
                    FaultCase{"empty", 0, {}, 0, PacketVerdict::truncated_link},
                    FaultCase{"half_link_header", 0, {}, 13, PacketVerdict::truncated_link},
                    FaultCase{"ipv6", 12, {0x86, 0xdd}, 50, PacketVerdict::ipv6},
                    FaultCase{"arp", 12, {0x08, 0x06}, 50, PacketVerdict::other},
                    FaultCase{"cut_vlan_tag", 12, {0x81, 0x00}, 16, PacketVerdict::truncated_link},
                    FaultCase{"no_ip", 0, {}, 14, PacketVerdict::truncated_ip},
                    FaultCase{"half_ip", 0, {}, 30, PacketVerdict::truncated_ip},
                    FaultCase{"version_5", 14, {0x55}, 50, PacketVerdict::bad_ip},
                    FaultCase{"version_6", 14, {0x60}, 50, PacketVerdict::ipv6},
                    FaultCase{"header_of_16", 14, {0x44}, 50, PacketVerdict::bad_ip},
                    FaultCase{"total_below_header", 16, {0, 10}, 50, PacketVerdict::bad_ip},
                    FaultCase{"icmp", 23, {1}, 50, PacketVerdict::other},
                    FaultCase{"more_fragments", 20, {0x20, 0}, 50, PacketVerdict::fragment},
                    FaultCase{"later_fragment", 20, {0, 1}, 50, PacketVerdict::fragment},
                    FaultCase{"half_udp", 16, {0, 24}, 50, PacketVerdict::truncated_udp},
                    FaultCase{"udp_cut_in_header", 0, {}, 40, PacketVerdict::short_capture},
                    FaultCase{"udp_below_8", 38, {0, 7}, 50, PacketVerdict::bad_udp_length},
                    FaultCase{"udp_beyond_ip", 38, {0, 99}, 50, PacketVerdict::bad_udp_length},
                    FaultCase{"cut_payload", 0, {}, 49, PacketVerdict::short_capture},
                    FaultCase{"tcp_cut", 23, {6}, 50, PacketVerdict::truncated_tcp}),
    [](const auto& param) { return param.param.name; });

TEST(CaptureSource, StepsOverVlanTags) {
  test::Frame frame = test::with_link(DLT_EN10MB, ip_udp(kGateway, kGroup, "tagged"));
  const std::vector<std::uint8_t> tags{0x88, 0xa8, 0, 1, 0x81, 0x00, 0, 2};
  frame.insert(frame.begin() + 12, tags.begin(), tags.end());
  TemporaryCapture capture(DLT_EN10MB);
  capture.add_frame({1}, frame);
  auto source = CaptureSource::open({capture.path()});
  CapturedPacket packet;
  ASSERT_TRUE(source->next(packet));
  ASSERT_EQ(packet.verdict, PacketVerdict::good);
  EXPECT_EQ(payload_of(packet), "tagged");
}

TEST(CaptureSource, DropsThePaddingOfShortEthernetFrames) {
  test::Frame frame = test::with_link(DLT_EN10MB, ip_udp(kGateway, kGroup, "x"));
  frame.resize(60);
  TemporaryCapture capture(DLT_EN10MB);
  capture.add_frame({1}, frame);
  auto source = CaptureSource::open({capture.path()});
  CapturedPacket packet;
  ASSERT_TRUE(source->next(packet));
  EXPECT_EQ(payload_of(packet), "x");
}

TEST(CaptureSource, MergesByTimeThenByPositionInTheList) {
  TemporaryCapture first(DLT_EN10MB);
  TemporaryCapture second(DLT_RAW);
  first.add({10}, ip_udp(kGateway, kGroup, "a10"));
  first.add({30}, ip_udp(kGateway, kGroup, "a30"));
  second.add({10}, ip_udp(kGateway, kGroup, "b10"));
  second.add({20}, ip_udp(kGateway, kGroup, "b20"));
  second.add({30}, ip_udp(kGateway, kGroup, "b30"));

  auto source = CaptureSource::open({first.path(), second.path()});
  ASSERT_TRUE(source.ok());
  std::vector<std::string> order;
  CapturedPacket packet;
  while (source->next(packet)) order.push_back(payload_of(packet));
  EXPECT_THAT(order, testing::ElementsAre("a10", "b10", "b20", "a30", "b30"));
}

TEST(CaptureSource, FilterKeepsTheNumbersOfTheFile) {
  TemporaryCapture capture(DLT_EN10MB);
  capture.add({1}, ip_tcp(kGateway, kClient, {1, 0, kTcpAck, "tcp"}));
  capture.add({2}, ip_udp(kGateway, kGroup, "udp"));
  auto source = CaptureSource::open({capture.path()}, "udp and dst port 51000");
  ASSERT_TRUE(source.ok()) << source.status();
  CapturedPacket packet;
  ASSERT_TRUE(source->next(packet));
  EXPECT_EQ(payload_of(packet), "udp");
  EXPECT_EQ(packet.number, 2u) << "as Wireshark numbers it";
  EXPECT_FALSE(source->next(packet));
}

TEST(CaptureSource, RefusesABadFilterWithItsText) {
  TemporaryCapture capture(DLT_EN10MB);
  const auto source = CaptureSource::open({capture.path()}, "prot 5");
  ASSERT_FALSE(source.ok());
  EXPECT_THAT(std::string(source.status().message()), testing::HasSubstr("prot 5"));
}

TEST(CaptureSource, ReportsAFileThatEndsInsideAPacket) {
  TemporaryCapture capture(DLT_EN10MB);
  capture.add({1}, ip_udp(kGateway, kGroup, "whole"));
  capture.add({2}, ip_udp(kGateway, kGroup, "cut off"));
  constexpr std::size_t kFileHeader = 24;
  constexpr std::size_t kFirstPacket = 16 + 42 + 5;
  capture.truncate(kFileHeader + kFirstPacket + 16 + 20);

  auto source = CaptureSource::open({capture.path()});
  ASSERT_TRUE(source.ok());
  CapturedPacket packet;
  ASSERT_TRUE(source->next(packet));
  EXPECT_EQ(payload_of(packet), "whole");
  EXPECT_FALSE(source->next(packet));
  ASSERT_EQ(source->faults().size(), 1u);
  EXPECT_THAT(source->faults()[0], testing::HasSubstr("packet 2"));
}

TEST(CaptureSource, RefusesWhatIsNoCapture) {
  for (const std::string& content :
       {std::string(), std::string("garbage, and more than twenty-four bytes of it"),
        std::string("\xd4\xc3\xb2\xa1\x02\x00", 6)}) {
    TemporaryFile file(content);
    const auto source = CaptureSource::open({file.path()});
    ASSERT_FALSE(source.ok());
    EXPECT_THAT(std::string(source.status().message()), testing::HasSubstr(file.path()));
  }
}

TEST(CaptureSource, RefusesAMissingFileAndAForeignLinkType) {
  EXPECT_FALSE(CaptureSource::open({"/nowhere/at/all.pcap"}).ok());
  TemporaryCapture wireless(DLT_IEEE802_11);
  const auto source = CaptureSource::open({wireless.path()});
  ASSERT_FALSE(source.ok());
  EXPECT_THAT(std::string(source.status().message()), testing::HasSubstr("link type 105"));
}

}  // namespace
}  // namespace indexcast::feed

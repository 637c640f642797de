// The decode command from capture to line, on the known answers of the protocol notes.
#include "server/tools/decode/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pcap/dlt.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "server/settings/exit_code.h"
#include "tests/unit/capture/capture_writer.h"

namespace indexcast::server {
namespace {

using feed::kTcpAck;
using feed::kTcpSyn;
using feed::Venue;
using test::ip_tcp;
using test::ip_udp;
using test::kClient;
using test::kGateway;
using test::kGroup;
using test::TemporaryCapture;

constexpr TimeNs kTime{1'700'000'000 * kNsPerSecond};

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// IS120 2.1's header rules, a heartbeat of 2026-01-14 09:53:51.220.
const std::string kSseHeartbeat =
    from_hex("533030330047fa7767c325b4000000000000000100000000000000a2");
// S117: 390095 of channel 2011, last 9999, not its end.
const std::string kSzseChannelHeartbeat =
    from_hex("0005f3cf0000000c07db000000000000270f0000000000eb");
// S117: 300111 of 000001, three entries, two orders on the bid.
const std::string kSzseSnapshot = from_hex(
    "0004944f000000b50047f1d4e91ff4f803f33031303030303030312020313032205430202020202020000000"
    "000001e20800000000000000640000000000bc4b20000000038ba220400000000330200000000000bc4b2000"
    "0000000004e200000100000000000000020000000200000000000493e00000000000004e2031200000000000"
    "bc72300000000000002710000100000000000000000000000032200000000000bc4b20000000000000000000"
    "000000000000000000000000000000002b");
// A captured OMD-C packet: Currency Rate, GBP 10.7500.
const std::string kHkexCurrencyRate = [] {
  std::string packet = from_hex("2000010007000000");
  packet += from_hex("80c7490bc4fd3c14");
  packet += from_hex("10000e0047425000") + from_hex("00000000eca30100");
  return packet;
}();

// Part of the printed counts when every message was decoded.
const std::string kNothingUndecoded =
    "undescribed 0 (0 bytes), named only 0 (0 bytes), unknown type 0 (0 bytes), ";

struct Result {
  int code = 0;
  std::string out;
  std::string err;
  // "decoded 1 (28 bytes), undescribed ...": the numbers in their order.
  std::vector<std::uint64_t> counts() const {
    std::vector<std::uint64_t> numbers;
    const std::regex number("[0-9]+");
    for (std::sregex_iterator it(err.begin(), err.end(), number), end; it != end; ++it) {
      numbers.push_back(std::stoull(it->str()));
    }
    return numbers;
  }
};

Result decode(Venue venue, bool json, TemporaryCapture& capture,
              std::vector<std::uint16_t> ports = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = run_decode({venue, json, "", {capture.path()}, std::move(ports)}, out, err);
  return {code, out.str(), err.str()};
}

class DecodeTest : public testing::Test {
 protected:
  void connect() { segment("", kTcpSyn); }
  void segment(const std::string& payload, std::uint8_t flags = kTcpAck) {
    capture.add(kTime, ip_tcp(kGateway, kClient, {next, 0, flags, payload}));
    next += static_cast<std::uint32_t>(payload.size()) + ((flags & kTcpSyn) != 0 ? 1 : 0);
  }
  void datagram(const std::string& payload) {
    capture.add(kTime, ip_udp(kGateway, kGroup, payload));
  }

  TemporaryCapture capture{DLT_EN10MB};
  std::uint32_t next = 1000;
};

TEST_F(DecodeTest, SseAsJson) {
  connect();
  segment(kSseHeartbeat);
  const Result result = decode(Venue::sse, true, capture);
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_EQ(result.out,
            R"({"venue":"sse","type":"S003","name":"Heartbeat","seq":1,"packet":2,"offset":0,)"
            R"("from":"10.0.0.1:9129","to":"10.0.0.2:40000",)"
            R"("fields":{"MsgType":"S003","SendingTime":20260114095351220,"MsgSeqNum":1,)"
            R"("BodyLength":0,"CheckSum":162}})"
            "\n"
            R"({"venue":"sse","totals":{"bytes":28,"decoded":{"items":1,"bytes":28},)"
            R"("undescribed":{"items":0,"bytes":0},)"
            R"("named_only":{"items":0,"bytes":0,"reasons":{}},)"
            R"("unknown_type":{"items":0,"bytes":0,"reasons":{}},)"
            R"("skipped":{"items":0,"bytes":0,"reasons":{}},)"
            R"("malformed":{"items":0,"bytes":0,"reasons":{}},)"
            R"("packets":2,"missing_bytes":0,"cut_bytes":0}})"
            "\n");
  EXPECT_EQ(result.err, "decoded 1 (28 bytes), " + kNothingUndecoded +
                            "skipped 0 (0 bytes), malformed 0 (0 bytes), all 28 bytes; "
                            "packets 2, missing bytes 0, cut bytes 0\n");
}

TEST_F(DecodeTest, SzseAsPlainText) {
  connect();
  segment(kSzseSnapshot);
  const Result result = decode(Venue::szse, false, capture);
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_THAT(result.out, testing::StartsWith("- Snapshot MsgType=300111 BodyLength=181 "
                                              "OrigTime=20250620093003000 ChannelNo=1011 "));
  EXPECT_THAT(result.out, testing::HasSubstr(" SecurityID=000001 "));
  EXPECT_THAT(result.out, testing::HasSubstr(" PrevClosePx=12.3400 "));
  EXPECT_THAT(result.out, testing::HasSubstr("MDEntryPx=12.340000 MDEntrySize=3200.00"));
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
}

TEST_F(DecodeTest, HkexAsJson) {
  datagram(kHkexCurrencyRate);
  const Result result = decode(Venue::hkex, true, capture);
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_THAT(result.out,
              testing::StartsWith(R"({"venue":"hkex","type":"14","name":"Currency Rate","seq":7,)"
                                  R"("packet":1,"offset":16,"from":"10.0.0.1:9129",)"
                                  R"("to":"239.1.1.1:51000","fields":{"MsgSize":16,)"));
  EXPECT_THAT(result.out, testing::HasSubstr(R"("CurrencyCode":"GBP")"));
  EXPECT_THAT(result.out, testing::HasSubstr(R"("CurrencyRate":"10.7500")"));
}

TEST_F(DecodeTest, ReportsMalformedBytesInTheirPlace) {
  std::string damaged = kSzseChannelHeartbeat;
  damaged[10] = 'X';
  connect();
  segment(kSzseChannelHeartbeat);
  segment(damaged);
  segment(kSzseChannelHeartbeat);
  const Result result = decode(Venue::szse, true, capture);
  EXPECT_EQ(result.code, kExitIncomplete);
  std::istringstream lines(result.out);
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  EXPECT_EQ(line, R"({"venue":"szse","malformed":"bad_checksum","packet":3,"offset":24,"bytes":24,)"
                  R"("from":"10.0.0.1:9129","to":"10.0.0.2:40000"})");
  std::getline(lines, line);
  EXPECT_THAT(line, testing::HasSubstr(R"("seq":null,)"));
  EXPECT_THAT(line, testing::HasSubstr(R"("offset":48)"));
  EXPECT_THAT(result.err, testing::StartsWith("decoded 2 (48 bytes), " + kNothingUndecoded +
                                              "skipped 0 (0 bytes), "
                                              "malformed 1 (24 bytes), all 72 bytes;"));
}

TEST_F(DecodeTest, ReportsAMalformedDatagram) {
  datagram(kHkexCurrencyRate);
  datagram(kHkexCurrencyRate.substr(0, 30));
  const Result result = decode(Venue::hkex, false, capture);
  EXPECT_THAT(result.out, testing::HasSubstr("! malformed truncated packet=2 offset=0 bytes=30 "
                                             "10.0.0.1:9129 > 239.1.1.1:51000\n"));
  EXPECT_EQ(result.code, kExitIncomplete);
}

TEST_F(DecodeTest, ReportsAMessageThatIsTooShortForItsType) {
  // Nominal Price (40) of 8 bytes instead of 12.
  datagram(from_hex("180001000900000080c7490bc4fd3c14") + from_hex("0800280001000000"));
  const Result result = decode(Venue::hkex, false, capture);
  EXPECT_THAT(result.out, testing::HasSubstr("! malformed truncated packet=1 offset=16 bytes=8"));
}

TEST_F(DecodeTest, CountsUnknownTypesApart) {
  datagram(from_hex("180001000900000080c7490bc4fd3c14") + from_hex("0800e70301020304"));
  const Result result = decode(Venue::hkex, false, capture);
  EXPECT_THAT(result.out, testing::StartsWith("9 unknown type=999"));
  EXPECT_THAT(result.err, testing::StartsWith("decoded 0 (16 bytes), undescribed 0 (0 bytes), "
                                              "named only 0 (0 bytes), unknown type 1 (8 bytes), "
                                              "skipped 0 (0 bytes)"));
  EXPECT_THAT(result.err, testing::HasSubstr("  unknown type 999: 1 (8 bytes)\n"));
  EXPECT_EQ(result.code, kExitOk);
}

// A type with a name and no table: its fields were not shown, so that it is not decoded.
TEST_F(DecodeTest, DoesNotCountAsDecodedWhatItOnlyNamed) {
  for (const bool json : {false, true}) {
    std::ostringstream lines;
    DecodeOutput output(Venue::sse, json, lines, {"one"});
    output.totals().captured_bytes = 40;
    output.message({.type = "M301", .name = "Named", .sequence = 7, .has_sequence = true}, 40, {},
                   {}, [](feed::FieldSink& sink) { sink.natural("MsgSize", 40); });
    EXPECT_EQ(output.totals().decoded.items, 0u);
    EXPECT_EQ(output.totals().decoded.bytes, 0u);
    EXPECT_EQ(output.totals().named_only.all.items, 1u);
    EXPECT_EQ(output.totals().named_only.reasons.at("M301").bytes, 40u);
    EXPECT_EQ(output.totals().accounted_bytes(), 40u);
    output.write_totals();
    output.flush();
    if (json) {
      EXPECT_THAT(lines.str(),
                  testing::HasSubstr(R"("named_only":{"items":1,"bytes":40,"reasons":{"M301":)"));
    }
  }
}

// Each type that a venue may have, in a message of zeros long enough for any layout: it counts as
// decoded exactly when fields beyond the header's were shown.
TEST_F(DecodeTest, CountsEachTypeOfHongKongByWhatItShowed) {
  for (unsigned type = 0; type < 300; ++type) {
    TemporaryCapture one(DLT_EN10MB);
    std::string packet = from_hex("180101000900000080c7490bc4fd3c14") + from_hex("0801");
    packet += static_cast<char>(type % 256);
    packet += static_cast<char>(type / 256);
    packet.resize(280, '\0');
    one.add(kTime, ip_udp(kGateway, kGroup, packet));
    const Result result = decode(Venue::hkex, true, one);
    const auto account = nlohmann::json::parse(
        result.out.substr(result.out.rfind("{\"venue\":\"hkex\",\"totals\"")))["totals"];
    if (account["malformed"]["items"] != 0) continue;
    const auto line = nlohmann::json::parse(result.out.substr(0, result.out.find('\n')));
    const bool shown = line["fields"].size() > 2;
    EXPECT_EQ(account["decoded"]["items"], shown ? 1 : 0) << result.out;
    EXPECT_EQ(account["named_only"]["items"], !shown && line["name"] != "unknown" ? 1 : 0) << type;
    EXPECT_EQ(account["unknown_type"]["items"], line["name"] == "unknown" ? 1 : 0) << type;
  }
}

// Protocol notes 2.8: 303711 was passed over as an unknown type.
TEST_F(DecodeTest, DecodesAfterHoursTradingOfShenzhen) {
  connect();
  segment(
      from_hex("0004a25f000000690047fb7481512b180bc333373030303030303120203130322041302020202020"
               "20000000000001e208000000000000000700000000000249f0000000000b0866e00000000230200"
               "000000000bc4b200000000000009c4031200000000000bc4b20000000000000000000000039"));
  const Result result = decode(Venue::szse, false, capture);
  EXPECT_THAT(result.out, testing::HasSubstr("MDStreamID=370 SecurityID=000001 "));
  EXPECT_THAT(result.out, testing::HasSubstr("MDEntryPx=12.340000 MDEntrySize=400.00"));
  EXPECT_THAT(result.err, testing::StartsWith("decoded 1 (117 bytes), " + kNothingUndecoded));
}

// Bytes behind the known fields were shown as a number only: they are not decoded.
TEST_F(DecodeTest, CountsBytesThatNoFieldCoversApart) {
  std::string frame = from_hex("0005f3cf0000001007db000000000000270f000011223344");
  unsigned sum = 0;
  for (const char c : frame) sum += static_cast<unsigned char>(c);
  frame += std::string(3, '\0') + static_cast<char>(sum % 256);
  connect();
  segment(frame);
  const Result result = decode(Venue::szse, false, capture);
  EXPECT_THAT(result.out, testing::HasSubstr(" UndescribedBytes=4"));
  EXPECT_THAT(result.err,
              testing::StartsWith("decoded 1 (24 bytes), undescribed 1 (4 bytes), named only 0"));
}

TEST_F(DecodeTest, JoinsAStreamInItsMiddle) {
  segment(kSseHeartbeat.substr(5));
  segment(kSseHeartbeat);
  const Result result = decode(Venue::sse, false, capture);
  EXPECT_THAT(result.out, testing::StartsWith(
                              "~ skipped out_of_step packet=1 offset=0 bytes=23 10.0.0.1:9129 > "
                              "10.0.0.2:40000\n1 Heartbeat "));
  EXPECT_EQ(result.code, kExitOk);
}

TEST_F(DecodeTest, GoesOnBehindAMissingSegment) {
  connect();
  segment(kSseHeartbeat + kSseHeartbeat.substr(0, 10));
  next += 18;
  segment(kSseHeartbeat);
  const Result result = decode(Venue::sse, false, capture);
  EXPECT_THAT(result.err, testing::StartsWith("decoded 2 (56 bytes), " + kNothingUndecoded +
                                              "skipped 0 (0 bytes), "
                                              "malformed 1 (10 bytes), all 66 bytes;"));
  EXPECT_THAT(result.err, testing::HasSubstr("missing bytes 18"));
  EXPECT_EQ(result.code, kExitIncomplete);
}

TEST_F(DecodeTest, LeavesForeignFlowsAlone) {
  connect();
  segment("GET / HTTP/1.1\r\n\r\n");
  datagram("not an exchange");
  for (const Venue venue : {Venue::sse, Venue::szse, Venue::hkex}) {
    const Result result = decode(venue, false, capture);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.code, kExitOk);
    EXPECT_THAT(result.err, testing::HasSubstr("skipped 2 (33 bytes)"));
    EXPECT_THAT(result.err, testing::HasSubstr("skipped foreign: 2 (33 bytes)"));
  }
}

TEST_F(DecodeTest, APortMakesItOurs) {
  connect();
  segment("GET / HTTP/1.1\r\n\r\n");
  const Result result = decode(Venue::sse, false, capture, {kGateway.port});
  EXPECT_THAT(result.out, testing::StartsWith("! malformed "));
  EXPECT_THAT(result.err, testing::HasSubstr("malformed 1 (18 bytes), all 18 bytes"));
  EXPECT_EQ(decode(Venue::sse, false, capture, {1}).out, "");
}

TEST_F(DecodeTest, ReportsDamagedPacketsInTheirPlace) {
  capture.add(kTime, ip_udp(kGateway, kGroup, kHkexCurrencyRate), 60);
  const Result result = decode(Venue::hkex, true, capture);
  EXPECT_THAT(result.out, testing::StartsWith(R"({"venue":"hkex","malformed":"short_capture",)"
                                              R"("packet":1,"offset":0,"bytes":60})"
                                              "\n"));
  EXPECT_EQ(result.code, kExitIncomplete);
}

TEST_F(DecodeTest, SaysWhyACaptureCannotBeRead) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(run_decode({Venue::sse, false, "", {"/nowhere.pcap"}, {}}, out, err), kExitInput);
  EXPECT_THAT(err.str(), testing::HasSubstr("/nowhere.pcap"));
}

// A Logon (101) and its response (102) in packets of the retransmission service.
const std::string kLogon =
    from_hex("20000100000000000000000000000000") + from_hex("10006500534d415254313233") + "    ";
const std::string kLogonResponse =
    from_hex("18000100000000000000000000000000") + from_hex("0800660000000000");

TEST_F(DecodeTest, DecodesTheRetransmissionServicesStreams) {
  connect();
  segment(kLogonResponse + kHkexCurrencyRate.substr(0, 9));
  segment(kHkexCurrencyRate.substr(9));
  segment(from_hex("10000000000000000000000000000000"));  // its heartbeat
  datagram(kHkexCurrencyRate);
  const Result result = decode(Venue::hkex, false, capture);
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_THAT(result.out, testing::HasSubstr("Logon Response"));
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 4);
  EXPECT_THAT(result.err, testing::StartsWith("decoded 4 (104 bytes), " + kNothingUndecoded +
                                              "skipped 0 (0 bytes), "
                                              "malformed 0 (0 bytes), all 104 bytes;"));
}

TEST_F(DecodeTest, OtherVenuesStreamsAreForeignToEachOther) {
  connect();
  for (int i = 0; i < 20; ++i) segment(kSzseSnapshot + kSzseChannelHeartbeat);
  for (const Venue venue : {Venue::sse, Venue::hkex}) {
    const Result result = decode(venue, false, capture);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.code, kExitOk);
    EXPECT_THAT(result.err, testing::StartsWith("decoded 0 (0 bytes)"));
  }
}

TEST_F(DecodeTest, CountsRepeatedBytesAsSkipped) {
  connect();
  segment(kSseHeartbeat);
  next -= static_cast<std::uint32_t>(kSseHeartbeat.size());
  segment(kSseHeartbeat);
  const Result result = decode(Venue::sse, false, capture);
  EXPECT_THAT(result.err, testing::StartsWith("decoded 1 (28 bytes), " + kNothingUndecoded +
                                              "skipped 1 (28 bytes), "
                                              "malformed 0 (0 bytes), all 56 bytes;"));
  EXPECT_THAT(result.err, testing::HasSubstr("skipped repeated: 1 (28 bytes)"));
}

TEST_F(DecodeTest, CountsOtherProtocolsByKindWithTheirFrames) {
  datagram(kHkexCurrencyRate);
  test::Frame ipv6(60, 0);
  ipv6[12] = 0x86;
  ipv6[13] = 0xdd;
  capture.add_frame(kTime, ipv6);
  test::Frame arp(42, 0);
  arp[12] = 0x08;
  arp[13] = 0x06;
  capture.add_frame(kTime, arp);
  test::Frame fragment = ip_udp(kGateway, kGroup, kHkexCurrencyRate);
  fragment[6] = 0x20;  // more to come
  capture.add(kTime, fragment);
  const Result result = decode(Venue::hkex, false, capture);
  EXPECT_THAT(result.err, testing::HasSubstr("skipped ipv6: 1 (60 bytes)"));
  EXPECT_THAT(result.err, testing::HasSubstr("skipped not_ip: 1 (42 bytes)"));
  EXPECT_THAT(result.err, testing::HasSubstr("malformed fragment: 1 (74 bytes)"));
  EXPECT_THAT(result.out, testing::HasSubstr("! malformed fragment packet=4 offset=0 bytes=74"));
  EXPECT_THAT(result.err, testing::HasSubstr("all 208 bytes"));
}

TEST_F(DecodeTest, SaysWhatTheSnapshotLengthCutOff) {
  connect();
  capture.add(kTime, ip_tcp(kGateway, kClient, {next, 0, kTcpAck, kSseHeartbeat}), 60);
  next += static_cast<std::uint32_t>(kSseHeartbeat.size());
  segment(kSseHeartbeat);
  const Result result = decode(Venue::sse, false, capture, {kGateway.port});
  EXPECT_EQ(result.code, kExitIncomplete);
  EXPECT_THAT(result.err, testing::HasSubstr("missing bytes 22, cut bytes 22"));
  EXPECT_THAT(result.err, testing::StartsWith("decoded 1 (28 bytes), " + kNothingUndecoded +
                                              "skipped 0 (0 bytes), "
                                              "malformed 1 (6 bytes), all 34 bytes;"));
}

TEST_F(DecodeTest, NamesTheCaptureWhereThereAreSeveral) {
  TemporaryCapture other(DLT_RAW);
  connect();
  segment(kSseHeartbeat);
  other.add(kTime, ip_tcp(kGateway, kGroup, {1, 0, kTcpAck, kSseHeartbeat.substr(3)}));
  const auto run = [&](bool json) {
    std::ostringstream out;
    std::ostringstream err;
    run_decode({Venue::sse, json, "", {capture.path(), other.path()}, {kGateway.port}}, out, err);
    return out.str();
  };
  EXPECT_THAT(run(false), testing::StartsWith(capture.path() + ": 1 Heartbeat"));
  EXPECT_THAT(run(false), testing::HasSubstr(other.path() + ": ~ skipped out_of_step packet=1"));
  EXPECT_THAT(run(true), testing::HasSubstr("\"capture\":\"" + other.path() + "\",\"packet\":1"));
}

// However a stream is damaged, its bytes are all accounted for.
TEST_F(DecodeTest, AccountsForEveryByteOfDamagedStreams) {
  constexpr unsigned kSeed = 995365;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 50; ++round) {
    TemporaryCapture damaged(DLT_RAW);
    std::string stream;
    while (stream.size() < 3000)
      stream += random() % 2 == 0 ? kSzseSnapshot : kSzseChannelHeartbeat;
    for (int i = 0; i < 8; ++i) stream[random() % stream.size()] = static_cast<char>(random());
    std::uint64_t sent = 0;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t length = std::min(stream.size() - at, 1 + random() % 700);
      if (random() % 8 != 0) {
        damaged.add(
            kTime, ip_tcp(kGateway, kClient,
                          {static_cast<std::uint32_t>(at), 0, kTcpAck, stream.substr(at, length)}));
        sent += length;
      }
      at += length;
    }
    const Result result = decode(Venue::szse, false, damaged, {kGateway.port});
    const auto counts = result.counts();
    ASSERT_GE(counts.size(), 13u);
    std::uint64_t bytes = 0;
    for (std::size_t i = 1; i < 12; i += 2) bytes += counts[i];
    EXPECT_EQ(bytes, sent) << result.err;
    EXPECT_EQ(counts[12], sent);
  }
}

}  // namespace
}  // namespace indexcast::server

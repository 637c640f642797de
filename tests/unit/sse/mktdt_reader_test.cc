// mktdt00.txt: widths, signs, overflow, faults with their columns; and a real file, all of it.
#include "feedhandlers/sse/mktdt_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/sse/price_ladder.h"
#include "tests/support/data.h"
#include "tests/unit/sse/field_log.h"
#include "tests/unit/sse/mktdt_text.h"

namespace indexcast::sse {
namespace {

using feed::DecodeError;
using test::FileShare;
using test::line_of;

MktdtRecord record_of(std::string_view line) {
  MktdtRecord record;
  const MktdtFault fault = read_record(line, record);
  EXPECT_FALSE(fault) << feed::name_of(fault.error) << " at " << fault.column;
  return record;
}

TEST(MktdtReader, ReadsAShare) {
  const std::string line = line_of({.close = "22.500"});
  const MktdtRecord record = record_of(line);
  EXPECT_EQ(line.size(), 399u);
  EXPECT_EQ(record.kind, MktdtLineKind::share);
  EXPECT_EQ(record_code(line), 600031u);
  EXPECT_EQ(record.numbers[kMktdtLast], 22'490);
  EXPECT_EQ(record.numbers[kMktdtClose], 22'500);
  EXPECT_EQ(record.numbers[kMktdtPreClose], 22'620);
  EXPECT_EQ(record.numbers[kMktdtVolume], 13'525'780);
  EXPECT_EQ(record.numbers[kMktdtValue], 30'586'526'200);
  EXPECT_EQ(record.time, 95350610u);
  EXPECT_EQ(record.phase, "T111    ");
}

struct NumberCase {
  std::string name;
  std::string text;
  std::int64_t value;
};

class MktdtNumber : public testing::TestWithParam<NumberCase> {};

TEST_P(MktdtNumber, IsRead) {
  EXPECT_EQ(record_of(line_of({.last = GetParam().text})).numbers[kMktdtLast], GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Table, MktdtNumber,
    testing::Values(NumberCase{"Zero", "0.000", 0}, NumberCase{"Blank", "", 0},
                    NumberCase{"Negative", "-1.250", -1250}, NumberCase{"Plus", "+1.250", 1250},
                    NumberCase{"Widest", "1234567.891", 1'234'567'891},
                    NumberCase{"Overflow", "9999999.999", kMktdtOverflow},
                    NumberCase{"OverflowAllNines", "99999999999", kMktdtOverflow},
                    NumberCase{"AlmostOverflow", "9999999.998", 9'999'999'998}),
    [](const auto& test_case) { return test_case.param.name; });

struct FaultCase {
  std::string name;
  std::size_t at;  // column from 1
  char put;
  std::size_t column;  // reported
};

class MktdtFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(MktdtFaults, AreFoundWhereTheyAre) {
  std::string line = line_of({});
  line[GetParam().at - 1] = GetParam().put;
  MktdtRecord record;
  EXPECT_EQ(read_record(line, record), (MktdtFault{DecodeError::bad_field, GetParam().column}));
}

INSTANTIATE_TEST_SUITE_P(
    Table, MktdtFaults,
    testing::Values(FaultCase{"Separator", 13, ' ', 13}, FaultCase{"Stream", 1, 'X', 1},
                    FaultCase{"Letter", 38, 'x', 38}, FaultCase{"NoPoint", 64, '0', 64},
                    FaultCase{"HalfBlank", 66, ' ', 66}, FaultCase{"Time", 388, '9', 388},
                    FaultCase{"TimeMark", 390, '.', 388}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(MktdtReader, NeedsTheWholeLineAndTakesALongerOne) {
  std::string line = line_of({});
  MktdtRecord record;
  for (std::size_t size = 6; size < line.size(); ++size) {
    EXPECT_EQ(read_record(line.substr(0, size), record).error, DecodeError::truncated) << size;
  }
  EXPECT_FALSE(read_record(line + "|new field", record));
  EXPECT_EQ(read_record(line + "x", record), (MktdtFault{DecodeError::bad_field, 400}));
}

TEST(MktdtReader, ReadsHeaderTrailerAndChecksum) {
  const std::string file = test::file_of({{}, {.code = "600000"}});
  MktdtLines lines(file);
  std::string_view line;
  ASSERT_TRUE(lines.next(line));
  MktdtHeaderLine header;
  ASSERT_FALSE(read_header(line, header));
  EXPECT_EQ(header.date, 20260114u);
  EXPECT_EQ(header.time, 95351220u);
  EXPECT_EQ(header.records, 2u);
  EXPECT_EQ(header.status, "T11     ");
  EXPECT_EQ(header.body_length + kMktdtBeforeBody, file.size());
  const auto sum = checksum_of(file);
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->stated, sum->actual);
  std::string damaged = file;
  damaged[200] = '7';
  EXPECT_NE(checksum_of(damaged)->stated, checksum_of(damaged)->actual);
  EXPECT_FALSE(checksum_of(file.substr(0, file.size() - 1)));
  EXPECT_FALSE(checksum_of(""));
  std::uint32_t stated = 0;
  EXPECT_TRUE(read_trailer("TRAILER|999", stated));
  EXPECT_TRUE(read_trailer("TRAILER|01", stated));
  EXPECT_TRUE(read_header("HEADER|", header));
}

TEST(MktdtReader, TheLastLineIsTornWithoutItsEnd) {
  MktdtLines lines("a\nb\nc");
  std::string_view line;
  EXPECT_TRUE(lines.next(line));
  EXPECT_TRUE(lines.next(line));
  EXPECT_EQ(line, "b");
  EXPECT_EQ(lines.number(), 2u);
  EXPECT_FALSE(lines.next(line));
  EXPECT_TRUE(lines.torn());
}

// The record as M102 entries in the simulator's own encoder, and back.
Snapshot through_the_gateway(const MktdtRecord& record, std::vector<std::byte>& bytes) {
  const Image image = image_of(record);
  std::vector<Entry> entries{{kEntryLast, image.last, 0, 0}, {kEntryClose, image.close, 0, 0}};
  const std::uint64_t scale = record.kind == MktdtLineKind::index ? 10 : 100;
  const std::uint16_t types[] = {kEntryOpen, kEntryHigh, kEntryLow};
  for (std::size_t i = 0; i < 3; ++i) {
    entries.push_back(
        {types[i], static_cast<std::uint64_t>(record.numbers[kMktdtOpen + i]) * scale, 0, 0});
  }
  if (record.kind != MktdtLineKind::index) {
    for (std::size_t i = 0; i < 10; ++i) {
      const std::size_t at = kMktdtLevels + 2 * i;
      entries.push_back({i % 2 == 0 ? kEntryBid : kEntryAsk,
                         static_cast<std::uint64_t>(record.numbers[at]) * scale,
                         static_cast<std::uint64_t>(record.numbers[at + 1]),
                         static_cast<std::uint8_t>(i / 2)});
    }
  }
  SnapshotFields fields{.security_type = kSecurityTypeStock,
                        .trad_ses_mode = kTradSesModeProduction,
                        .trade_date = 20160115,
                        .last_update_time = record.time,
                        .md_stream_id = record.stream,
                        .security_id = record.security_id,
                        .symbol = record.symbol,
                        .pre_close_px = image.pre_close,
                        .total_volume_traded = image.volume,
                        .num_trades = 0,
                        .total_value_traded = image.turnover,
                        .trading_phase_code = record.phase};
  bytes.clear();
  encode_snapshot({20160115150300000, 1}, fields, entries, bytes);
  Snapshot snapshot;
  EXPECT_EQ(decode_snapshot(bytes, snapshot), DecodeError::none);
  EXPECT_EQ(snapshot.entries.size(), entries.size());
  EXPECT_TRUE(std::ranges::equal(
      std::vector<Entry>(entries),
      [&] {
        std::vector<Entry> got;
        for (const Entry& e : snapshot.entries) got.push_back(e);
        return got;
      }(),
      [&](const Entry& a, const Entry& b) {
        const bool index = record.kind == MktdtLineKind::index;
        return a.md_entry_type == b.md_entry_type && a.md_entry_px == b.md_entry_px &&
               (index || a == b);
      }));
  return snapshot;
}

class RealFile : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = indexcast::test::data_path("sse-mktdt00-2016-01-15.txt");
    std::ifstream file(path, std::ios::binary);
    if (!file) GTEST_SKIP() << "no " << path;
    text_.assign(std::istreambuf_iterator<char>(file), {});
  }
  std::string text_;
};

TEST_F(RealFile, EveryRecordIsRead) {
  MktdtLines lines(text_);
  std::string_view line;
  std::map<std::string, int> streams;
  std::size_t records = 0;
  std::int64_t a_shares = 0;
  std::int64_t index_turnover = 0;
  MktdtHeaderLine header;
  std::vector<std::byte> bytes;
  while (lines.next(line)) {
    const MktdtLineKind kind = kind_of(line);
    if (kind == MktdtLineKind::header) {
      ASSERT_FALSE(read_header(line, header));
      EXPECT_EQ(kMktdtBeforeBody + header.body_length, text_.size());
      continue;
    }
    if (kind == MktdtLineKind::trailer) continue;
    ++records;
    if (kind == MktdtLineKind::other) continue;  // MD008, which whoever published it wrote in
    const MktdtRecord record = record_of(line);
    ++streams[std::string(record.stream)];
    const std::string code(record.security_id);
    if (record.stream == "MD002" && code[0] == '6') a_shares += record.numbers[kMktdtValue];
    if (record.stream == "MD001" && code == "000002") index_turnover = record.numbers[kMktdtValue];

    const Snapshot snapshot = through_the_gateway(record, bytes);
    const Image direct = image_of(record);
    const Image decoded = image_of(snapshot);
    EXPECT_EQ(decoded.pre_close, direct.pre_close);
    EXPECT_EQ(decoded.last, direct.last);
    EXPECT_EQ(decoded.close, direct.close);
    EXPECT_EQ(decoded.volume, direct.volume);
    EXPECT_EQ(decoded.turnover, direct.turnover);
    EXPECT_EQ(snapshot.fields.symbol, record.symbol);
    EXPECT_EQ(feed::trim_padding(snapshot.fields.trading_phase_code),
              feed::trim_padding(record.phase));
  }
  EXPECT_FALSE(lines.torn());
  EXPECT_EQ(header.records, records);
  EXPECT_EQ(streams["MD002"], 1124);
  EXPECT_EQ(streams["MD001"], 291);
  EXPECT_EQ(streams["MD003"], 3444);
  EXPECT_EQ(streams["MD004"], 180);
  EXPECT_EQ(a_shares, index_turnover);
  EXPECT_GT(index_turnover, 20'000'000'000'000);
}

TEST_F(RealFile, NamesAreChineseAndDecimalsTheirs) {
  MktdtLines lines(text_);
  std::string_view line;
  while (lines.next(line) && !line.starts_with("MD002|600000")) {
  }
  indexcast::test::FieldLog log;
  describe_line(line, log);
  EXPECT_NE(log.line.find("Symbol=浦发银行"), std::string::npos) << log.line;
  EXPECT_NE(log.line.find("TradePrice=17.600 ClosePx=17.580"), std::string::npos) << log.line;
  EXPECT_NE(log.line.find("SellVolume5=4000"), std::string::npos) << log.line;
}

}  // namespace
}  // namespace indexcast::sse

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "server/journal/journal_file.h"
#include "tests/support/baskets.h"

namespace indexcast::server {
namespace {

using Result = JournalReader::Result;
using testing::HasSubstr;

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    folder_ = std::filesystem::temp_directory_path() /
              ("indexcast-journal-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
  }
  ~JournalTest() override { std::filesystem::remove_all(folder_); }

  static MarketEvent event(std::int64_t n) {
    MarketEvent event;
    event.kind = EventKind::price;
    event.value[0] = n;
    event.receive_time = TimeNs{n};
    return event;
  }

  // Writes inputs first..last; returns the file.
  std::string write(std::uint64_t first, std::uint64_t last, std::uint64_t epoch = 1) {
    JournalHeader header;
    header.epoch = epoch;
    header.trade_date = 20250402;
    JournalWriter writer(folder_.string(), header, 1024);
    for (std::uint64_t n = first; n <= last; ++n)
      writer.on_input(event(static_cast<std::int64_t>(n)), n);
    while (writer.write_waiting(100) > 0) {
    }
    return writer.path();
  }

  void change_byte(const std::string& path, std::streamoff offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(offset);
    const int byte = file.get();
    file.seekp(offset);
    file.put(static_cast<char>(byte ^ 1));
  }

  std::filesystem::path folder_;
};

TEST_F(JournalTest, ReturnsWrittenInputsInOrder) {
  write(1, 500);
  auto reader = JournalReader::open(folder_.string());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(reader->header().trade_date, 20250402u);
  JournalRecord record;
  for (std::uint64_t n = 1; n <= 500; ++n) {
    ASSERT_EQ(reader->next(record), Result::record);
    EXPECT_EQ(record.input_sequence, n);
    EXPECT_EQ(record.event.value[0], static_cast<std::int64_t>(n));
  }
  EXPECT_EQ(reader->next(record), Result::end);
}

TEST_F(JournalTest, OpensTheNewestOfAFolder) {
  write(1, 1, 9);
  write(1, 2, 10);
  auto reader = JournalReader::open(folder_.string());
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader->header().epoch, 10u);
}

TEST_F(JournalTest, ReportsWhereATornFileEnds) {
  const std::string path = write(1, 3);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 7);
  auto reader = JournalReader::open(path);
  ASSERT_TRUE(reader.ok());
  JournalRecord record;
  EXPECT_EQ(reader->next(record), Result::record);
  EXPECT_EQ(reader->next(record), Result::record);
  EXPECT_EQ(reader->next(record), Result::torn);
  EXPECT_EQ(reader->offset(), sizeof(JournalHeader) + 2 * sizeof(JournalRecord));
}

TEST_F(JournalTest, FindsAFlippedBitInEveryByteOfARecord) {
  const std::string path = write(1, 1);
  for (std::size_t byte = 0; byte < sizeof(JournalRecord); ++byte) {
    const auto offset = static_cast<std::streamoff>(sizeof(JournalHeader) + byte);
    change_byte(path, offset);
    auto reader = JournalReader::open(path);
    ASSERT_TRUE(reader.ok());
    JournalRecord record;
    EXPECT_EQ(reader->next(record), Result::corrupt) << byte;
    change_byte(path, offset);
  }
}

TEST_F(JournalTest, RefusesAFileThatIsNoJournal) {
  const std::string path = write(1, 1);
  change_byte(path, 20);
  EXPECT_THAT(std::string(JournalReader::open(path).status().message()),
              HasSubstr("damaged header"));
  change_byte(path, 0);
  EXPECT_THAT(std::string(JournalReader::open(path).status().message()),
              HasSubstr("not a journal"));
  std::filesystem::resize_file(path, 10);
  EXPECT_THAT(std::string(JournalReader::open(path).status().message()), HasSubstr("shorter"));
  EXPECT_FALSE(JournalReader::open((folder_ / "absent").string()).ok());
}

TEST_F(JournalTest, NeverWritesOverAnEarlierFile) {
  write(1, 1, 5);
  EXPECT_THROW(write(1, 1, 5), std::system_error);
}

TEST(JournalDigest, ChangesWithTheDataThatInputsReferTo) {
  const std::uint64_t base = digest_of(Universe({test::golden_basket()}));
  const auto digest_after = [](void (*change)(IndexDefinition&)) {
    IndexDefinition definition = test::golden_basket();
    change(definition);
    return digest_of(Universe({definition}));
  };
  EXPECT_EQ(base, digest_after([](IndexDefinition&) {}));
  EXPECT_NE(base, digest_after([](IndexDefinition& d) { d.divisor.raw += 1; }));
  EXPECT_NE(base, digest_after([](IndexDefinition& d) { d.members[1].shares.raw += 1; }));
  EXPECT_NE(base, digest_after([](IndexDefinition& d) {
              d.members[0].security = test::security("B.SH", 0);
            }));
  EXPECT_NE(base, digest_after([](IndexDefinition& d) { d.close_fx["HKD"].raw += 1; }));
  EXPECT_NE(base, digest_after([](IndexDefinition& d) { d.day_fx["HKD"] = test::rate("0.93"); }));
  EXPECT_EQ(base, digest_after([](IndexDefinition& d) { d.day_fx = d.close_fx; }));
  const auto closed_at = [](const char* close) {
    IndexDefinition definition = test::golden_basket();
    definition.day_fx = {{"HKD", test::rate("0.925")}};
    definition.close_fx = {{"HKD", test::rate(close)}};
    return digest_of(Universe({definition}));
  };
  EXPECT_NE(closed_at("0.92"), closed_at("0.93")) << "reference weights are those of the close";
  EXPECT_NE(base, digest_after([](IndexDefinition& d) { std::swap(d.members[0], d.members[1]); }));
}

}  // namespace
}  // namespace indexcast::server

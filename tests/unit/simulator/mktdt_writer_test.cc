// The simulated mktdt00.txt, read by a parser of its own that knows widths and nothing else.
#include "feedhandlers/simulator/venues/mktdt_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

using feed::hms;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Read {
  std::map<std::string, std::vector<std::string>> records;  // fields by "MD002|600050"
  std::vector<std::string> header;
  std::size_t odd = 0;  // lines of no known width
  bool checksum = false;
  bool body_length = false;
};

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, '|');) fields.push_back(field);
  return fields;
}

// A torn file may have anything where its numbers should be.
std::size_t number_in(const std::string& text) {
  std::size_t value = 0;
  for (const char c : text) {
    if (c != ' ' && (c < '0' || c > '9')) return std::string::npos;
    if (c != ' ') value = value * 10 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

Read read_file(const std::string& text) {
  static const std::map<std::string, std::size_t> kWidths{
      {"MD001", 149}, {"MD002", 399}, {"MD004", 423}, {"HEADE", 81}, {"TRAIL", 11}};
  Read read;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    const auto width = kWidths.find(line.substr(0, 5));
    if (width == kWidths.end() || width->second != line.size()) {
      ++read.odd;
    } else if (line[0] == 'M') {
      read.records[line.substr(0, 12)] = split(line);
    } else if (line[0] == 'H') {
      read.header = split(line);
    }
  }
  if (text.size() < 12 || read.header.empty()) return read;
  const unsigned sum =
      std::accumulate(text.begin(), text.end() - 4, 0u,
                      [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  read.checksum = number_in(text.substr(text.size() - 4, 3)) == sum % 256;
  read.body_length = number_in(read.header[2]) == text.size() - 27;
  return read;
}

// A file of the test's own, gone with it.
struct File {
  std::string path =
      (std::filesystem::temp_directory_path() / ("mktdt00-" + std::to_string(::getpid()) + ".txt"))
          .string();
  ~File() { std::filesystem::remove(path); }
};

Settings shanghai(std::int64_t begin_ms, std::int64_t end_ms) {
  Settings settings = test::only(feed::Venue::sse);
  settings.begin_ms = begin_ms;
  settings.end_ms = end_ms;
  return settings;
}

// Plays the day into the file; `visit` looks at it after every `every` messages.
template <class Visit>
void play_into(MktdtWriter& writer, const Settings& settings, std::size_t every, Visit visit) {
  const Universe universe = test::make_universe();
  SimulatedDay day(settings, universe);
  std::size_t count = 0;
  for (ExchangeMessage message; day.next(message);) {
    writer.publish(message);
    writer.on_exchange_time(message.exchange_time);
    if (++count % every == 0) visit();
  }
}

TEST(MktdtWriter, ClosingFileIsWholeAndItsChecksumFits) {
  const File file;
  MktdtWriter writer(file.path);
  play_into(writer, shanghai(hms(14, 58), hms(15, 10)), 1'000'000, [] {});
  EXPECT_TRUE(writer.closed());
  const Read read = read_file(contents(file.path));
  EXPECT_TRUE(read.checksum);
  EXPECT_TRUE(read.body_length);
  EXPECT_EQ(read.odd, 0u);
  EXPECT_EQ(read.records.size(), 7u) << "three shares, two funds, two indices";
  EXPECT_EQ(read.header.at(8), "E111    ");
  const auto& share = read.records.at("MD002|600050");
  ASSERT_EQ(share.size(), 33u);
  EXPECT_EQ(share[9], share[10]) << "closed at the last price";
  EXPECT_EQ(share[31], "E110    ");
  EXPECT_EQ(read.records.at("MD001|000001").size(), 13u);
  EXPECT_EQ(read.records.at("MD004|588760").size(), 35u);
}

TEST(MktdtWriter, WhileTradingReadersFindTornFilesAndWrongSums) {
  const File file;
  MktdtWriter writer(file.path);
  std::size_t wrong = 0, looks = 0;
  play_into(writer, shanghai(hms(10, 0), hms(10, 5)), 7, [&] {
    ++looks;
    wrong += !read_file(contents(file.path)).checksum;
  });
  EXPECT_GT(looks, 50u);
  EXPECT_GT(wrong, looks / 2);
  EXPECT_GT(writer.rounds(), 50u) << "about one in three seconds";
  EXPECT_FALSE(writer.closed());
}

TEST(MktdtWriter, BeforeTheOpeningEveryRoundIsWhole) {
  const File file;
  MktdtWriter writer(file.path);
  std::size_t looks = 0;
  play_into(writer, shanghai(hms(9, 0), hms(9, 2)), 7, [&] {
    const std::string text = contents(file.path);
    if (text.empty()) return;
    ++looks;
    ASSERT_TRUE(read_file(text).checksum);
  });
  EXPECT_GT(looks, 5u);
}

TEST(MktdtWriter, NamesTheFileThatItCannotWrite) {
  try {
    MktdtWriter writer("/nowhere/mktdt00.txt");
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("/nowhere/mktdt00.txt"), std::string::npos);
  }
}

}  // namespace
}  // namespace indexcast::sim

// The fallback file under a watcher: real files, virtual time.
#include "feedhandlers/sse/mktdt_watcher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/mktdt_text.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::universe_of;
using test::file_of;
using test::FileShare;
using enum FeedState;

class MktdtWatcherTest : public testing::Test {
 protected:
  MktdtWatcherTest() {
    handler_.on_time(now_, out_);
    handler_.sources().on_time(now_, false);
    pass(settings_.fallback_after_ns);
  }
  ~MktdtWatcherTest() override { std::filesystem::remove(path_); }

  static Settings make_settings(const std::string& path) {
    Settings settings;
    settings.trade_date = 20260114;
    settings.fallback_file = path;
    return settings;
  }
  // Written in place, as the gateway does.
  void write(const std::string& text) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }
  void pass(std::int64_t ns) {
    now_ = now_ + ns;
    handler_.sources().on_time(now_, handler_.market_trades());
  }
  // One look at the file, to its end.
  void look() {
    pass(settings_.fallback_poll_ns);
    while (watcher_.poll(now_)) {
    }
  }
  std::uint64_t count(FeedCounter counter) { return handler_.counters().get(counter); }
  std::vector<std::int64_t> prices() {
    std::vector<std::int64_t> found;
    for (const MarketEvent& e : log_.of(EventKind::price)) found.push_back(e.value[0]);
    return found;
  }

  const std::string path_ = std::filesystem::temp_directory_path() /
                            ("mktdt00-" + std::to_string(::getpid()) + "-" +
                             std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".txt");
  const Settings settings_ = make_settings(path_);
  Universe universe_ = universe_of(feed::Venue::sse, {"600031.SH", "510050.SH"});
  feed::SymbolTable symbols_{universe_, feed::Venue::sse};
  EventLog log_;
  feed::Outbox out_;
  TimeNs now_{1'768'355'631'000'000'000};
  Handler handler_{settings_, symbols_, log_};
  MktdtWatcher watcher_{settings_, handler_};
};

TEST_F(MktdtWatcherTest, IsLiveOnceTheFileAdvances) {
  write(file_of({{}, {.code = "600000"}}));
  look();
  EXPECT_EQ(log_.states(kFileChannel), (std::vector{connecting}));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{22'490'000}));
  EXPECT_EQ(log_.of(EventKind::price)[0].channel, kFileChannel);
  EXPECT_EQ(log_.of(EventKind::price)[0].exchange_time, china_time(20260114, 35'630'610));
  look();  // nothing new
  EXPECT_EQ(prices().size(), 1u);
  write(file_of({{.last = "22.500", .time = "09:53:53.610"}}, "20260114-09:53:54.220"));
  look();
  EXPECT_EQ(log_.states(kFileChannel), (std::vector{connecting, live}));
  EXPECT_EQ(log_.states(0), (std::vector{connecting, live}));
  EXPECT_EQ(prices().back(), 22'500'000);
  EXPECT_EQ(log_.details<MarketPhase>(EventKind::market_phase),
            (std::vector{MarketPhase::trading}));
}

// The same words as of the gateway for the same state of a security.
TEST_F(MktdtWatcherTest, PricesByTheSameLadder) {
  write(file_of({{.last = "0.000", .volume = "0", .phase = "C", .time = "09:15:00.000"}}));
  look();
  write(file_of({{.close = "22.550", .phase = "E111", .time = "15:00:01.000"}},
                "20260114-15:00:02.000", "E11"));
  look();
  EXPECT_EQ(log_.details<PriceKind>(EventKind::price),
            (std::vector{PriceKind::previous_close, PriceKind::close}));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{22'620'000, 22'550'000}));
}

TEST_F(MktdtWatcherTest, ATornLineIsLeftOutAndTheRestTaken) {
  std::string file = file_of({{}, {.code = "510050", .stream = "MD004"}});
  file.replace(82 + 60, 40, std::string(40, '#'));
  write(file);
  look();
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_EQ(log_.of(EventKind::price).size(), 1u);
  EXPECT_EQ(log_.of(EventKind::price)[0].instrument, 1u);
}

TEST_F(MktdtWatcherTest, ARecordNeverGoesBack) {
  write(file_of({{}}));
  look();
  write(file_of({{.last = "22.400", .time = "09:53:49.000"}}, "20260114-09:53:52.000"));
  look();
  EXPECT_EQ(count(FeedCounter::duplicate), 2u);  // the first line's status, and the record
  write(file_of({{.last = "22.300", .volume = "13525779", .time = "09:53:59.000"}},
                "20260114-09:54:00.000"));
  look();
  EXPECT_EQ(count(FeedCounter::duplicate), 4u) << "less volume";
  EXPECT_EQ(prices().size(), 1u);
}

struct StaleCase {
  std::string name;
  std::string file;
};

class MktdtStale : public MktdtWatcherTest, public testing::WithParamInterface<StaleCase> {};

std::string shrunk() {
  const std::string file = file_of({{}, {.code = "600000"}});
  return file.substr(0, 82 + 400);
}
// Of a market that is closed, and of one that has not opened.
std::string damaged(const std::string& status) {
  std::string file = file_of({{}}, "20260114-15:30:00.000", status);
  file[82 + 200] ^= 1;
  return file;
}

TEST_P(MktdtStale, IsNotTrusted) {
  write(file_of({{}}));
  look();
  write(file_of({{}}, "20260114-09:53:54.220"));
  look();
  ASSERT_EQ(handler_.sources().state(), live);
  if (GetParam().file == "gone") {
    std::filesystem::remove(path_);
  } else {
    write(GetParam().file);
  }
  look();
  EXPECT_EQ(handler_.sources().state(), stale);
  write(file_of({{.time = "09:54:00.000"}}, "20260114-09:54:00.220"));
  look();
  EXPECT_EQ(handler_.sources().state(), live);
}

INSTANTIATE_TEST_SUITE_P(
    Table, MktdtStale,
    testing::Values(StaleCase{"Vanished", "gone"}, StaleCase{"Empty", ""},
                    StaleCase{"Shrunk", shrunk()}, StaleCase{"NoHeader", "what is this\n"},
                    StaleCase{"OfYesterday", file_of({{}}, "20260113-15:00:00.000", "E11")},
                    StaleCase{"OfUnknownStatus", file_of({{}}, "20260114-09:55:00.000", "?")},
                    StaleCase{"DamagedAfterTheClose", damaged("E11")},
                    StaleCase{"DamagedBeforeTheOpening", damaged("S11")}),
    [](const auto& test_case) { return test_case.param.name; });

TEST_F(MktdtWatcherTest, CountsALineThatIsTorn) {
  write(file_of({{}}).substr(0, 82 + 300));
  look();
  EXPECT_EQ(handler_.counters().get(feed::FeedCounter::malformed), 1u);
}

TEST_F(MktdtWatcherTest, AFileThatStoppedIsStaleInTrading) {
  write(file_of({{}}));
  look();
  write(file_of({{}}, "20260114-09:53:54.220"));
  look();
  for (int s = 1; s < 30; ++s) {
    look();
    ASSERT_EQ(handler_.sources().state(), live) << s;
  }
  look();
  EXPECT_EQ(handler_.sources().state(), stale);
}

TEST_F(MktdtWatcherTest, AFileThatIsWrittenUnderAnOldTimeIsStaleInTrading) {
  write(file_of({{}}));
  look();
  const auto written = [&](int s, const std::string& time) {
    write(file_of({{.volume = std::to_string(13'525'780 + s)}}, "20260114-" + time));
    look();
  };
  for (int s = 1; s < 30; ++s) {
    written(s, "09:53:54.220");
    ASSERT_EQ(handler_.sources().state(), live) << s;
  }
  written(30, "09:53:54.220");
  written(31, "09:53:54.220");
  EXPECT_EQ(handler_.sources().state(), stale);
  written(32, "09:53:57.220");
  EXPECT_EQ(handler_.sources().state(), live);
}

TEST_F(MktdtWatcherTest, AfterTheCloseOneWholeFileIsEnough) {
  write(file_of({{.close = "22.550", .phase = "E111"}}, "20260114-15:30:00.000", "E11"));
  look();
  EXPECT_EQ(handler_.sources().state(), live);
  for (int s = 0; s < 60; ++s) look();
  EXPECT_EQ(handler_.sources().state(), live);
}

// The writer overwrites record by record: whatever mixture of two images a look meets, no price is
// taken that neither of them had.
TEST_F(MktdtWatcherTest, AnyMixtureOfTwoImagesGivesPricesOfThemAlone) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<FileShare> shares(40, {.code = "600000"});
  shares[20] = {.last = "22.480", .volume = "13525780"};
  const std::string before = file_of(shares);
  shares[20] = {.last = "22.510", .volume = "13525880", .time = "09:53:53.610"};
  const std::string after = file_of(shares, "20260114-09:53:54.220");
  ASSERT_EQ(before.size(), after.size());
  for (int i = 0; i < 300; ++i) {
    const std::size_t cut = random() % before.size();
    write(after.substr(0, cut) + before.substr(cut));
    look();
    for (const std::int64_t price : prices())
      ASSERT_TRUE(price == 22'480'000 || price == 22'510'000);
  }
  EXPECT_EQ(prices().back(), 22'510'000);
}

}  // namespace
}  // namespace indexcast::sse

#include "server/app/event_log.h"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>

#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class EventLogTest : public testing::Test {
 protected:
  EventLogTest() {
    auto logger = std::make_shared<spdlog::logger>(
        "event_log_test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    logger->set_pattern("%l %v");
    before_ = spdlog::default_logger();
    spdlog::set_default_logger(std::move(logger));
  }
  ~EventLogTest() override { spdlog::set_default_logger(before_); }

  // The line about a decision on the first instrument: price 188, held against 141.98.
  std::string line(Decision decision, DecisionReason reason, DecisionSubject subject) {
    InputDecision record;
    record.header.detail = static_cast<std::uint8_t>(decision);
    record.header.detail2 = static_cast<std::uint8_t>(reason);
    record.header.detail3 = static_cast<std::uint8_t>(subject);
    record.value = 188'000'000;
    record.reference = 141'980'000;
    record.feed_sequence = 9;
    ring_.write(Record::of(record));
    text_.str("");
    log_.do_work(TimeNs{});
    return text_.str();
  }

  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
  Universe universe_{stub_definitions()};
  BroadcastRing ring_{64};
  std::vector<std::unique_ptr<feed::Feed>> feeds_;
  EventLog log_{ring_, universe_, feeds_};
};

TEST_F(EventLogTest, WarnsAboutAPendingPrice) {
  for (const auto& [reason, word] :
       {std::pair{DecisionReason::far, "far"},
        std::pair{DecisionReason::reference_outside, "reference_outside"}}) {
    EXPECT_EQ(line(Decision::pending, reason, DecisionSubject::price),
              std::string("warning 688041.SH: 188 is pending (") + word +
                  "), held against 141.98, feed sequence 9\n");
  }
  EXPECT_THAT(line(Decision::accepted, DecisionReason::stays_outside, DecisionSubject::price),
              StartsWith("info 688041.SH: 188 is accepted (stays_outside)"));
}

TEST_F(EventLogTest, NamesThePriceThatBeganALevelGuard) {
  constexpr auto kGuard = DecisionSubject::level_guard;
  EXPECT_EQ(line(Decision::pending, DecisionReason::jumped, kGuard),
            "warning 688041.SH: level guard began (jumped): price 188, before 141.98, feed "
            "sequence 9\n");
  EXPECT_EQ(line(Decision::accepted, DecisionReason::repeated, kGuard),
            "info 688041.SH: level guard ended (repeated): price 188, before 141.98; high and low "
            "include its levels\n");
  EXPECT_EQ(line(Decision::refused, DecisionReason::came_back, kGuard),
            "info 688041.SH: level guard ended (came_back): price 188, before 141.98; high and low "
            "leave out its levels\n");
}

TEST_F(EventLogTest, WarnsAboutALevelGuardThatRanOut) {
  const std::string text =
      line(Decision::refused, DecisionReason::unrepeated, DecisionSubject::level_guard);
  EXPECT_THAT(text, StartsWith("warning 688041.SH: level guard ended (unrepeated)"));
  EXPECT_THAT(text, HasSubstr("lift_guard can include them"));
}

// Series 0 is the constant 1.
TEST_F(EventLogTest, NamesTheSeriesOfARequestAboutARate) {
  ControlDone done;
  done.header.id = 1;
  done.header.detail = static_cast<std::uint8_t>(ControlOp::override_rate);
  done.header.detail2 = static_cast<std::uint8_t>(ControlOutcome::applied);
  done.control_id = 7;
  done.version = 2;
  ring_.write(Record::of(done));
  log_.do_work(TimeNs{});
  EXPECT_EQ(text_.str(), "info request 7: override_rate of HKDCNY is applied, version 2\n");
}

}  // namespace
}  // namespace indexcast::server

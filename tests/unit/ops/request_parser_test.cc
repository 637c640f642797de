#include "server/ops/request_parser.h"

#include <gmock/gmock.h>

#include "server/access/line_budget.h"
#include "server/access/printable.h"
#include "tests/support/baskets.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

const Universe& universe() {
  static const Universe kUniverse({test::golden_basket()});
  return kUniverse;
}
std::string code() { return universe().indices()[0].code; }
std::string symbol() { return universe().instruments()[0].symbol; }
std::string series() { return universe().series()[1].name; }

std::string hold_with(const std::string& more) {
  return R"({"operation":"hold","target":")" + code() +
         R"(","reason":"why","expected_version":"any")" + (more.empty() ? "" : "," + more) + "}";
}
std::string fault_of(const std::string& text) {
  const auto request = parse_request(text, universe());
  return request.ok() ? "" : std::string(request.status().message());
}

TEST(RequestParser, ReadsEveryField) {
  const auto request = parse_request(
      R"({"operation":"correct_close","target":")" + code() +
          R"(","value":"1000.5","from_sequence":3,"to_sequence":9,"expected_version":7,)"
          R"("expires":"2025-04-02T01:00:00.5Z","reason":"收盘价有误","id":"1743557400000000000"})",
      universe());
  ASSERT_TRUE(request.ok()) << std::string(request.status().message());
  EXPECT_EQ(request->operation->op, ControlOp::correct_close);
  EXPECT_EQ(request->value, 10'005'000);
  EXPECT_EQ(request->from_sequence, 3);
  EXPECT_EQ(request->to_sequence, 9);
  EXPECT_EQ(request->expected_version, 7u);
  EXPECT_EQ(request->expires_at.ns, 1'743'555'600'500'000'000);
  EXPECT_EQ(request->reason, "收盘价有误");
  EXPECT_EQ(request->id, 1'743'557'400'000'000'000u);
}

TEST(RequestParser, ReadsPricesAndRatesExactly) {
  const auto price =
      parse_request(R"({"operation":"override_price","target":")" + symbol() +
                        R"(","value":"151.200001","reason":"r","expected_version":0})",
                    universe());
  ASSERT_TRUE(price.ok());
  EXPECT_EQ(price->value, 151'200'001);
  const auto rate =
      parse_request(R"({"operation":"override_rate","target":")" + series() +
                        R"(","value":"0.92310001","reason":"r","expected_version":0})",
                    universe());
  ASSERT_TRUE(rate.ok());
  EXPECT_EQ(rate->value, 92'310'001);
}

TEST(RequestParser, ReadsWhetherLevelsUnderAGuardCount) {
  const auto lift = [](const std::string& value) {
    return R"({"operation":"lift_guard","target":")" + code() + R"(","value":")" + value +
           R"(","reason":"r","expected_version":0})";
  };
  for (const std::int64_t counts : {0, 1}) {
    const auto request = parse_request(lift(std::to_string(counts)), universe());
    ASSERT_TRUE(request.ok()) << std::string(request.status().message());
    EXPECT_EQ(request->operation->op, ControlOp::lift_guard);
    EXPECT_EQ(request->value, counts);
  }
  EXPECT_THAT(fault_of(lift("2")), HasSubstr("value: must be 1 or 0"));
}

TEST(RequestParser, SaysEverythingThatIsWrongAtOnce) {
  const std::string faults = fault_of(
      R"({"operation":"override_price","target":"nobody","value":1.5,"author":"me","extra":1})");
  for (const char* each :
       {"target: no index has a member", "value: must be text", "author: is the owner of the token",
        "a key that no request has", "expected_version: must be", "reason: is missing"})
    EXPECT_THAT(faults, HasSubstr(each));
}

TEST(RequestParser, RefusesWhatIsNoObject) {
  for (const std::string text :
       {"", "{", "[]", "1", "null", "{\"a\":\"\xff\"}", R"({"id":"1","id":"2"})", "{} {}"}) {
    const auto request = parse_request(text, universe());
    EXPECT_EQ(request.status().code(), absl::StatusCode::kDataLoss) << text;
  }
  EXPECT_FALSE(parse_request(std::string(10'000, '['), universe()).ok());
}

TEST(RequestParser, RefusesValuesThatMeanSomethingElse) {
  for (const char* value : {"-1", "0", "1e3", "1.0000001", "", "99999999999999999999"}) {
    EXPECT_THAT(fault_of(R"({"operation":"override_price","target":")" + symbol() +
                         R"(","value":")" + value + R"(","reason":"r","expected_version":0})"),
                HasSubstr("value:"))
        << value;
  }
  EXPECT_THAT(fault_of(hold_with(R"("value":"1")")), HasSubstr("takes none"));
  EXPECT_THAT(fault_of(hold_with(R"("from_sequence":1)")), HasSubstr("takes no range"));
}

TEST(RequestParser, RefusesExpiriesThatNobodyMeans) {
  for (const char* expiry : {"0s", "-5s", "25h", "inf", "soon", "infinite-future", "60", ""})
    EXPECT_THAT(fault_of(hold_with("\"expires\":\"" + std::string(expiry) + "\"")),
                HasSubstr("expires:"))
        << expiry;
  EXPECT_EQ(fault_of(hold_with(R"("expires":"90s")")), "");
}

TEST(RequestParser, RefusesIdsAndVersionsThatAreNoNumbers) {
  for (const char* id : {"", "0", "-1", "01", "1.0", "x", "99999999999999999999"})
    EXPECT_THAT(fault_of(hold_with("\"id\":\"" + std::string(id) + "\"")), HasSubstr("id:")) << id;
  for (const char* version : {"-1", "1.5", "\"0\"", "4294967295", "true"}) {
    EXPECT_THAT(fault_of(R"({"operation":"hold","target":")" + code() +
                         R"(","reason":"why","expected_version":)" + version + "}"),
                HasSubstr("expected_version:"))
        << version;
  }
}

TEST(RequestParser, TheConstantRateIsNobodysToChange) {
  EXPECT_THAT(fault_of(R"({"operation":"release_rate","target":")" + universe().series()[0].name +
                       R"(","reason":"r","expected_version":0})"),
              HasSubstr("target:"));
}

TEST(Printable, TakesWhatReadsAsItWasWritten) {
  EXPECT_FALSE(printable_fault("Wang Wei, 收盘价 😀", 100).has_value());
}

TEST(Printable, RefusesWhatWouldFalsifyALine) {
  for (const std::string text : {"", "   ", "a\nb", "a\x1b[31m", "\x7f", "\xc2\x85", "\xe2\x80\xae",
                                 "\xe2\x80\xa8", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xe4\xb8"})
    EXPECT_TRUE(printable_fault(text, 100).has_value()) << text;
  EXPECT_TRUE(printable_fault("four", 3).has_value());
}

TEST(LineBudget, LimitsAFloodAndCountsIt) {
  LineBudget budget(3, kNsPerSecond);
  const TimeNs begin{1'000 * kNsPerSecond};
  int written = 0;
  for (int i = 0; i < 10; ++i) written += budget.take(begin);
  EXPECT_EQ(written, 3);
  EXPECT_TRUE(budget.take(begin + kNsPerSecond));
  EXPECT_EQ(budget.take_left_out(), 7u);
}

TEST(RequestParser, ForceAndPreviewBelongToJudgedOperations) {
  const auto with = [](const std::string& more) {
    return R"({"operation":"override_price","target":")" + symbol() +
           R"(","value":"1","reason":"r","expected_version":"any",)" + more + "}";
  };
  EXPECT_EQ(parse_request(with(R"("force":true)"), universe())->mode, RequestMode::force);
  EXPECT_EQ(parse_request(with(R"("preview":true)"), universe())->mode, RequestMode::preview);
  EXPECT_EQ(parse_request(with(R"("force":false)"), universe())->mode, RequestMode::careful);
  EXPECT_THAT(fault_of(with(R"("force":1)")), HasSubstr("force: must be true or false"));
  EXPECT_THAT(fault_of(with(R"("force":true,"preview":true)")), HasSubstr("preview: "));
  EXPECT_THAT(fault_of(hold_with(R"("force":true)")),
              HasSubstr("force: this operation is not judged"));
}

TEST(ParseReason, TakesOneKeyAndNothingElse) {
  EXPECT_EQ(*parse_reason(R"({"reason":"seen"})"), "seen");
  for (const char* each : {"", "[]", "{}", R"({"reason":1})", R"({"reason":"a","id":"1"})",
                           R"({"reason":"a","reason":"b"})", R"({"reason":"\u0007"})"})
    EXPECT_FALSE(parse_reason(each).ok()) << each;
}

}  // namespace
}  // namespace indexcast::server

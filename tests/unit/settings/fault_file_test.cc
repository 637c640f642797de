#include "server/settings/fault_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/source_dir.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

std::string mistakes_of(const std::string& text) {
  TemporaryFolder folder;
  const auto plan = load_faults(folder.write("f.toml", text));
  return plan.ok() ? "loaded" : std::string(plan.status().message());
}

TEST(FaultFile, EveryKeyArrives) {
  TemporaryFolder folder;
  const auto plan = load_faults(folder.write("f.toml", R"([[fault]]
kind = "burst_loss"
venue = "hkex"
channel = 20
line = "b"
begin = "10:00:00"
end = "10:30:00"
amount = 7
probability = 0.25
count = 3
[[fault]]
kind = "halt"
security = "00700"
begin = "11:00:00"
)"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  sim::Fault burst;
  burst.kind = sim::FaultKind::burst_loss;
  burst.venue = feed::Venue::hkex;
  burst.channel = 20;
  burst.line = sim::Lines::b;
  burst.begin_ms = 36'000'000;
  burst.end_ms = 37'800'000;
  burst.amount = 7;
  burst.probability = 0.25;
  burst.count = 3;
  sim::Fault halt = sim::make_fault(sim::FaultKind::halt);
  halt.security = 700;
  halt.begin_ms = 39'600'000;
  EXPECT_EQ(*plan, (sim::FaultPlan{burst, halt}));
}

struct Mistake {
  const char* name;
  const char* text;
  const char* said;
};

class FaultFileMistake : public testing::TestWithParam<Mistake> {};

TEST_P(FaultFileMistake, IsNamedWithLineAndKey) {
  EXPECT_THAT(mistakes_of(GetParam().text), HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    Table, FaultFileMistake,
    testing::Values(Mistake{"NoFault", "", "f.toml:1:fault: missing"},
                    Mistake{"NoKind", "[[fault]]\nline = \"a\"\n", "f.toml:1:fault.kind: missing"},
                    Mistake{"UnknownKind", "[[fault]]\nkind = \"rain\"\n",
                            "f.toml:2:fault.kind: must be a kind"},
                    Mistake{"UnknownKey", "[[fault]]\nkind = \"loss\"\nchanel = 1\n",
                            "f.toml:3:fault.chanel: unknown key"},
                    Mistake{"KeyOfAnotherKind", "[[fault]]\nkind = \"halt\"\nline = \"a\"\n",
                            "f.toml:3:fault.line: unknown key"},
                    Mistake{"NoAmount", "[[fault]]\nkind = \"loss\"\namount = 1\n",
                            "f.toml:3:fault.amount: unknown key"},
                    Mistake{"AmountOutOfRange", "[[fault]]\nkind = \"reorder\"\namount = 0\n",
                            "f.toml:3:fault.amount: must be a whole number from 1"},
                    Mistake{"WrongVenue", "[[fault]]\nkind = \"loss\"\nvenue = \"sse\"\n",
                            "f.toml:3:fault.venue: loss does not exist at this venue"},
                    Mistake{
                        "EndBeforeBegin",
                        "[[fault]]\nkind = \"loss\"\nbegin = \"10:00:00\"\nend = \"09:00:00\"\n",
                        "f.toml:4:fault.end: must be after begin"},
                    Mistake{"Probability", "[[fault]]\nkind = \"loss\"\nprobability = 2.0\n",
                            "f.toml:3:fault.probability: must be a number"},
                    Mistake{"Security", "[[fault]]\nkind = \"halt\"\nsecurity = \"0700.HK\"\n",
                            "f.toml:3:fault.security: must be a security code"}),
    [](const auto& test) { return test.param.name; });

TEST(FaultFile, EveryMistakeIsSaidAtOnce) {
  const std::string said =
      mistakes_of("[[fault]]\nkind = \"rain\"\n[[fault]]\nkind = \"loss\"\nline = \"c\"\n");
  EXPECT_THAT(said, HasSubstr("f.toml:2:fault.kind"));
  EXPECT_THAT(said, HasSubstr("f.toml:5:fault.line"));
}

TEST(FaultFile, ShippedExampleLoadsAndNamesEveryKind) {
  const std::string path = test::source_dir() + "/deploy/faults.toml";
  const auto plan = load_faults(path);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->size(), 4u);
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t kind = 0; kind < sim::kFaultKinds; ++kind) {
    EXPECT_THAT(text, HasSubstr(std::string(sim::name_of(static_cast<sim::FaultKind>(kind)))));
  }
}

TEST(FaultFile, SeedMakesTheSamePlanTwice) {
  const auto first = faults_from("seed:7", {});
  const auto second = faults_from("seed:7", {});
  const auto other = faults_from("seed:8", {});
  ASSERT_TRUE(first.ok() && second.ok() && other.ok());
  EXPECT_GE(first->size(), 3u);
  EXPECT_EQ(*first, *second);
  EXPECT_NE(*first, *other);
}

TEST(FaultFile, SeedThatIsNoNumberIsRefused) { EXPECT_FALSE(faults_from("seed:x", {}).ok()); }

}  // namespace
}  // namespace indexcast::server

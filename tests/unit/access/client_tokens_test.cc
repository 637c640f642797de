#include "server/access/client_tokens.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace indexcast::server {
namespace {

using testing::HasSubstr;

// The digests of "abc" (FIPS 180-2) and of the empty text.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class ClientTokensTest : public testing::Test {
 protected:
  ~ClientTokensTest() override { std::filesystem::remove(path_); }

  absl::StatusOr<ClientTokens> load(const std::string& text) {
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), 0600);
    return load_client_tokens(path_);
  }
  std::string fault_of(const std::string& words) {
    const auto tokens = load("wang " + std::string(kAbc) + " " + words + "\n");
    return tokens.ok() ? "" : std::string(tokens.status().message());
  }
  SharedRights rights_of(const std::string& words) {
    return load("wang " + std::string(kAbc) + " " + words + "\n").value().rights_of("abc");
  }

  std::string path_ = testing::TempDir() + "indexcast-clients-" + std::to_string(::getpid());
};

TEST_F(ClientTokensTest, WithoutAFileEverybodyMayHaveEverything) {
  const ClientTokens tokens = load_client_tokens("").value();
  EXPECT_FALSE(tokens.required());
  ASSERT_NE(tokens.rights_of(""), nullptr);
  EXPECT_TRUE(tokens.rights_of("")->may_see("995365"));
  EXPECT_TRUE(tokens.rights_of("")->operations);
}

TEST_F(ClientTokensTest, AreNobodysUnlessTheyStandInTheFile) {
  const ClientTokens tokens =
      load("wang " + std::string(kAbc) + "\nli " + std::string(kEmpty) + "\n").value();
  EXPECT_TRUE(tokens.required());
  EXPECT_EQ(tokens.rights_of("abc")->name, "wang");
  EXPECT_EQ(tokens.rights_of("abd"), nullptr);
  EXPECT_EQ(tokens.rights_of(""), nullptr) << "no token is nobody's, whatever its digest";
}

TEST_F(ClientTokensTest, RestrictWhatTheirLineNames) {
  const SharedRights all = rights_of("");
  EXPECT_TRUE(all->may_see("995365") && all->tick && all->replay);
  EXPECT_FALSE(all->operations);
  const SharedRights some = rights_of(
      "codes=995365,995366 modes=grid,conflated connections=3 levels_per_second=50 "
      "commands_per_second=7 operations=yes");
  EXPECT_TRUE(some->may_see("995366"));
  EXPECT_FALSE(some->may_see("995367"));
  EXPECT_TRUE(some->grid && some->conflated && some->operations);
  EXPECT_FALSE(some->tick || some->replay);
  EXPECT_EQ(some->connections, 3u);
  EXPECT_EQ(some->levels_per_second, 50);
  EXPECT_EQ(some->commands_per_second, 7);
}

TEST_F(ClientTokensTest, SayWhatIsWrongWithAnEntitlement) {
  EXPECT_THAT(fault_of("codes="), HasSubstr(":1:codes: must be index codes"));
  EXPECT_THAT(fault_of("modes=tick,all"), HasSubstr(":1:modes: must be of"));
  EXPECT_THAT(fault_of("connections=0"), HasSubstr(":1:connections: must be a number from 1"));
  EXPECT_THAT(fault_of("levels_per_second=1e3"), HasSubstr(":1:levels_per_second: must be"));
  EXPECT_THAT(fault_of("operations=1"), HasSubstr(":1:operations: must be yes or no"));
  EXPECT_THAT(fault_of("colour=red"), HasSubstr(":1:colour: is no entitlement"));
}

TEST(BearerToken, IsWhatFollowsTheScheme) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("bearer abc"), "abc");
  EXPECT_EQ(bearer_token("Basic abc"), "");
  EXPECT_EQ(bearer_token("Bearer "), "");
  EXPECT_EQ(bearer_token(""), "");
}

}  // namespace
}  // namespace indexcast::server

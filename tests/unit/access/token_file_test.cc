#include "server/access/token_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace indexcast::server {
namespace {

using testing::HasSubstr;
using testing::Not;

// The digest of "abc", from FIPS 180-2.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

class TokenFile : public testing::Test {
 protected:
  ~TokenFile() override { std::filesystem::remove(path_); }

  absl::StatusOr<TokenOwners> load(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
    return load_tokens(path_);
  }
  std::string fault_of(const std::string& text, mode_t mode = 0600) {
    const auto owners = load(text, mode);
    return owners.ok() ? "" : std::string(owners.status().message());
  }

  std::string path_ = testing::TempDir() + "indexcast-tokens-" + std::to_string(::getpid());
};

TEST_F(TokenFile, KnowsTheOwnerOfAToken) {
  const auto owners = load("# who may ask\n\nwang " + std::string(kAbc) + "\n");
  ASSERT_TRUE(owners.ok()) << std::string(owners.status().message());
  EXPECT_EQ(owners->owner_of("abc"), "wang");
  EXPECT_EQ(owners->owner_of("abd"), "");
  EXPECT_EQ(owners->owner_of(""), "");
}

TEST_F(TokenFile, IsRefusedWhenOthersMayUseIt) {
  const std::string text = "wang " + std::string(kAbc);
  EXPECT_THAT(fault_of(text, 0604), HasSubstr("others may use it"));
  EXPECT_THAT(fault_of(text, 0620), HasSubstr("group may write it"));
  EXPECT_EQ(fault_of(text, 0640), "");
}

TEST_F(TokenFile, SaysEveryFaultWithItsLineAndNoDigest) {
  const std::string faults =
      fault_of("wang\nli 12\nwang " + std::string(kAbc) + "\nzhou " + std::string(kAbc) + "\n");
  EXPECT_THAT(faults, HasSubstr(":1:tokens: expected a name and a digest"));
  EXPECT_THAT(faults, HasSubstr(":2:digest: expected 64"));
  EXPECT_THAT(faults, HasSubstr(":4:digest: two people have the same token"));
  EXPECT_THAT(faults, Not(HasSubstr("ba78")));
}

TEST_F(TokenFile, ThatNamesNobodyIsRefused) { EXPECT_THAT(fault_of("\n"), HasSubstr("nobody")); }

TEST_F(TokenFile, ThatIsAbsentIsRefused) { EXPECT_FALSE(load_tokens(path_).ok()); }

}  // namespace
}  // namespace indexcast::server

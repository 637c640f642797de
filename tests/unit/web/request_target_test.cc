#include "server/web/request_target.h"

#include <gtest/gtest.h>

namespace indexcast::server {
namespace {

TEST(RequestTargetTest, leavesOutWhatStandsAroundThePath) {
  EXPECT_EQ(path_of("/v1/indices?limit=2"), "/v1/indices");
  EXPECT_EQ(path_of("http://localhost:8080/v1/indices?a=/b"), "/v1/indices");
  EXPECT_EQ(path_of("http://localhost"), "/");
  EXPECT_EQ(path_of("http://localhost?a=/b"), "/");
  EXPECT_EQ(path_of("//x"), "//x");
  EXPECT_EQ(path_of("*"), "*");
  EXPECT_EQ(path_of(""), "");
}

TEST(RequestTargetTest, decodesWhatIsText) {
  EXPECT_EQ(percent_decode("A%2fB%2F"), "A/B/");
  EXPECT_EQ(percent_decode("%e4%b8%8a+"), "上+");
  EXPECT_EQ(percent_decode(""), "");
}

TEST(RequestTargetTest, decodesNoHalfSignAndNoControlCharacter) {
  for (const char* const text :
       {"%", "%4", "%4g", "a%", "%%41", "%00", "A%0aB", "%0D", "%1f", "%7f"})
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  EXPECT_EQ(query_of("/v1/indices?after=%0A"), std::nullopt);
}

TEST(RequestTargetTest, aPathIsShownAsAUri) {
  EXPECT_EQ(uri_of("/v1/indices/A%2FB;~x"), "/v1/indices/A%2FB;~x");
  EXPECT_EQ(uri_of("/\xff\"<\\上>"), "/%FF%22%3C%5C%E4%B8%8A%3E");
}

}  // namespace
}  // namespace indexcast::server

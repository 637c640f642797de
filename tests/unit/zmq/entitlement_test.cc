#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/zmq/clients.h"

namespace indexcast::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Entitlement of(const std::vector<std::string>& codes, const std::vector<TopicKind>& kinds) {
  return Entitlement(codes, kinds);
}

TEST(Entitlement, AdmitsEveryPrefixUnchangedWithAllRights) {
  for (const Entitlement& all : {Entitlement(), of({"*"}, all_topic_kinds())}) {
    EXPECT_THAT(all.admitted(""), ElementsAre(""));
    EXPECT_THAT(all.admitted("level/995366/"), ElementsAre("level/995366/"));
    EXPECT_TRUE(all.sees("995366"));
  }
}

TEST(Entitlement, AdmitsTheTopicsOfAnAllowedCode) {
  const Entitlement one = of({"995366"}, {TopicKind::level, TopicKind::grid});
  EXPECT_THAT(one.admitted("level/995366/"), ElementsAre("level/995366/"));
  EXPECT_THAT(one.admitted("level/995365/"), IsEmpty());
  EXPECT_THAT(one.admitted("status/995366/"), IsEmpty());
  EXPECT_THAT(one.admitted("skipped/995366/"), ElementsAre("skipped/995366/"));
  EXPECT_THAT(one.admitted("skipped/995365/"), IsEmpty());
  EXPECT_THAT(one.admitted("heartbeat/"), ElementsAre("heartbeat/"));
}

TEST(Entitlement, ReplacesAShorterPrefixByTheAllowedPrefixesThatItCovers) {
  const Entitlement two = of({"995365", "995366"}, {TopicKind::level});
  EXPECT_THAT(two.admitted("level/"), UnorderedElementsAre("level/995365/", "level/995366/"));
  EXPECT_THAT(two.admitted("level/995366"), ElementsAre("level/995366/"))
      << "995366X is not this client's";
  EXPECT_THAT(two.admitted("l"), UnorderedElementsAre("level/995365/", "level/995366/"));
  EXPECT_THAT(two.admitted(""), UnorderedElementsAre("heartbeat/", "level/995365/", "level/995366/",
                                                     "skipped/995365/", "skipped/995366/"));
  EXPECT_THAT(two.admitted("grid/"), IsEmpty());
}

TEST(Entitlement, AdmitsEveryCodeOfAnAllowedKind) {
  const Entitlement grid = of({"*"}, {TopicKind::grid});
  EXPECT_THAT(grid.admitted("grid/9953"), ElementsAre("grid/9953"));
  EXPECT_THAT(grid.admitted(""), UnorderedElementsAre("heartbeat/", "grid/", "skipped/"));
  EXPECT_THAT(grid.admitted("level/995366/"), IsEmpty());
}

TEST(Entitlement, AdmitsHeartbeatsOnlyWithoutRights) {
  const Entitlement none = of({}, {});
  EXPECT_THAT(none.admitted(""), ElementsAre("heartbeat/"));
  EXPECT_FALSE(none.sees("995366"));
}

}  // namespace
}  // namespace indexcast::server

#include "server/stream/stream_hub.h"

#include <gmock/gmock.h>

#include "tests/unit/stream/stream_hub_fixture.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

class SlowGridTest : public StreamHubTest {
 protected:
  SlowGridTest() {
    ServerView view = core_.view();
    view.grid_ms = 2500;
    hub_.follow_day(view, Clock());
  }
};

TEST_F(SlowGridTest, theGridOfAStreamHasThePaceOfTheCores) {
  const auto client = connect();
  client->say(R"({"op":"subscribe","codes":["995365"],"mode":"grid","interval_ms":1000})");
  EXPECT_THAT(client->message()["reason"], HasSubstr("a multiple of the grid's 2500 ms"));
  client->say(R"({"op":"subscribe","codes":["995365"],"mode":"grid"})");
  EXPECT_EQ(client->message()["type"], "snapshot");
  core_.publish(0, 12'345'678);
  for (int half_second = 1; half_second <= 10; ++half_second)
    core_.tick({half_second * kNsPerSecond / 2});
  read_on();
  const std::vector<json> grid = client->messages_of("grid");
  ASSERT_EQ(grid.size(), 2u);
  EXPECT_EQ(grid[0]["grid_instant"], "2500000000");
  EXPECT_EQ(grid[1]["grid_instant"], "5000000000");
  EXPECT_EQ(grid[1]["pace_ms"], 2500);
}

}  // namespace
}  // namespace indexcast::server

#include "server/view/readiness.h"

#include <fmt/format.h>

#include "feedhandlers/market/venue.h"
#include "server/view/enum_names.h"

namespace indexcast::server {

std::string not_ready(const ServerView& view, const LevelReader& reader) {
  const auto text_of = [&view](Obstacle obstacle, std::size_t place) -> std::string {
    switch (obstacle) {
      case Obstacle::draining:
        return "draining";
      case Obstacle::feed_not_live:
        return fmt::format("feed {} is {}", feed::name_of(view.feeds[place]->venue()),
                           name_of(kFeedStateNames, view.feeds[place]->state()));
      case Obstacle::no_level:
        return fmt::format("index {} has no level", view.universe->indices()[place].code);
    }
    return {};
  };
  std::string out;
  find_obstacles(view, reader, [&](Obstacle obstacle, std::size_t place) {
    if (!out.empty()) out += "; ";
    out += text_of(obstacle, place);
    return true;
  });
  return out;
}

}  // namespace indexcast::server

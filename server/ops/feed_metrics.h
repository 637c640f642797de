// Metrics of the feeds and of the sources of exchange rates.
#pragma once

#include "server/ops/families.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// Control plane; reads what the feeds' threads write.
void add_feeds(const ServerView& view, Families& out);

}  // namespace indexcast::server

"""Addresses of the backlog pages."""

from django.urls import URLPattern, path

from headway.features.backlog.views import features, stories, themes

urlpatterns: list[URLPattern] = [
    path("features", features.features, name="features"),
    path("features/new", features.feature_new, name="feature-new"),
    path("features/bulk", features.features_bulk, name="features-bulk"),
    path("features/<int:number>", features.feature, name="feature"),
    path("features/<int:number>/edit", features.feature_edit, name="feature-edit"),
    path("features/<int:number>/cell", features.feature_cell, name="feature-cell"),
    path("features/<int:number>/rank", features.feature_rank, name="feature-rank"),
    path("features/<int:number>/comment", features.feature_comment, name="feature-comment"),
    path("features/<int:number>/target", features.feature_target, name="feature-target"),
    path("features/<int:number>/target/<int:pi_id>", features.feature_outcome, name="feature-outcome"),
    path("features/<int:number>/remove", features.feature_remove, name="feature-remove"),
    path("stories", stories.stories, name="stories"),
    path("stories/new", stories.story_new, name="story-new"),
    path("stories/<int:number>", stories.story, name="story"),
    path("stories/<int:number>/edit", stories.story_edit, name="story-edit"),
    path("stories/<int:number>/cell", stories.story_cell, name="story-cell"),
    path("stories/<int:number>/place", stories.story_place, name="story-place"),
    path("stories/<int:number>/take", stories.story_take, name="story-take"),
    path("stories/<int:number>/release", stories.story_release, name="story-release"),
    path("stories/<int:number>/state", stories.story_state, name="story-state"),
    path("stories/<int:number>/tasks", stories.task_new, name="task-new"),
    path("stories/<int:number>/remove", stories.story_remove, name="story-remove"),
    path("tasks/<int:task_id>", stories.task_change, name="task"),
    path("themes", themes.themes, name="themes"),
    path("themes/new", themes.theme_new, name="theme-new"),
    path("themes/<int:theme_id>/edit", themes.theme_edit, name="theme-edit"),
    path("themes/<int:theme_id>/remove", themes.theme_remove, name="theme-remove"),
]

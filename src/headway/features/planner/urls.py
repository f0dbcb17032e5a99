"""Addresses of the drafting pages."""

from django.urls import URLPattern, path

from headway.features.planner import views

urlpatterns: list[URLPattern] = [
    path("plan/drafts", views.drafts, name="drafts"),
    path("plan/drafts/new", views.draft_new, name="draft-new"),
    path("plan/drafts/jobs/<int:job_id>", views.draft_job, name="draft-job"),
    path("plan/drafts/jobs/<int:job_id>/cancel", views.draft_cancel, name="draft-cancel"),
    path("plan/drafts/<int:number>", views.proposal, name="proposal"),
    path("plan/drafts/<int:number>/withdraw", views.proposal_withdraw, name="proposal-withdraw"),
    path("plan/drafts/<int:number>/parts/<slug:team>/accept", views.part_accept, name="part-accept"),
    path("plan/drafts/<int:number>/parts/<slug:team>/decline", views.part_decline, name="part-decline"),
    path("plan/drafts/<int:number>/parts/<slug:team>/change", views.part_change, name="part-change"),
]

"""Addresses of the import and export pages."""

from django.urls import path

from headway.features.exchange import views

urlpatterns = [
    path("import", views.upload, name="import"),
    path("import/<uuid:upload_id>", views.check, name="import-check"),
    path("import/<uuid:upload_id>/columns", views.columns, name="import-columns"),
    path("import/<uuid:upload_id>/run", views.run, name="import-run"),
    path("import/<uuid:upload_id>/discard", views.discard, name="import-discard"),
    path("import/runs/<int:run_id>", views.result, name="import-result"),
    path("export", views.export, name="export"),
]

namespace ImageApp.Balancer;

/// <summary>Counts what each target gets.</summary>
internal static class TargetCounts
{
    /// <summary>Belongs behind the load balancing, which leaves one destination.</summary>
    public static void UseTargetCounts(this IReverseProxyApplicationBuilder pipeline)
    {
        var group = pipeline.ApplicationServices.GetRequiredService<TargetGroup>();
        pipeline.Use(
            async (context, next) =>
            {
                var destination = context.GetReverseProxyFeature().AvailableDestinations;
                if (destination is not [var chosen] || group.Find(chosen.DestinationId) is not { } target)
                {
                    await next(context);
                    return;
                }

                target.Begin();
                try
                {
                    await next(context);
                }
                finally
                {
                    target.End(
                        context.Response.StatusCode >= StatusCodes.Status500InternalServerError
                            && !context.RequestAborted.IsCancellationRequested
                    );
                }
            }
        );
    }
}
